#include "gmetad-bridge/state/database_internal.h"

#define STRING_OF(number) #number
#define STRING(number) STRING_OF(number)

/* To make another version, add its statements at the end, and a file of the previous
 * version to tests/bridge/data. Statements that are released never change, because
 * there are files that were made by them. database.c begins and commits the
 * transaction, and sets the version.
 *
 * Version 1 has a table of hosts. A machine is a virtual machine that is a host of its
 * own. Times are of the wall clock, in ms, except `started`, which is in s.
 *
 * Version 2 has a table of names, in the order of `number`: those that hosts of a cluster
 * have by themselves, and by which the administrator has them shown; and (`former`) those
 * that no host has any more, and by which it is shown now, "" where it was removed. */
static const char *const sql[] = {
    "CREATE TABLE hosts ("
    " agent BLOB NOT NULL,"
    " machine INTEGER NOT NULL,"
    " sub_agent INTEGER NOT NULL,"
    " source_class INTEGER NOT NULL,"
    " source_index INTEGER NOT NULL,"
    " uuid BLOB,"
    " name TEXT NOT NULL,"
    " shown TEXT NOT NULL,"
    " first INTEGER NOT NULL,"
    " heard INTEGER NOT NULL,"
    " started INTEGER NOT NULL,"
    " interval INTEGER NOT NULL,"
    " jitter INTEGER NOT NULL,"
    " loss REAL NOT NULL,"
    " down INTEGER NOT NULL,"
    " PRIMARY KEY (agent, machine, sub_agent, source_class, source_index)"
    ") WITHOUT ROWID;"
    "PRAGMA application_id = " STRING(DATABASE_APPLICATION),
    "CREATE TABLE names ("
    " number INTEGER NOT NULL,"
    " cluster TEXT NOT NULL,"
    " former INTEGER NOT NULL,"
    " name TEXT NOT NULL,"
    " shown TEXT NOT NULL,"
    " PRIMARY KEY (cluster, former, name)"
    ") WITHOUT ROWID"};

const struct database_migrations database_migrations = {
    .sql = sql, .count = sizeof(sql) / sizeof(sql[0])};
