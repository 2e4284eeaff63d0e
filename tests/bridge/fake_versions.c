#include "tests/bridge/fake_versions.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/bridge/fake_collector.h"
#include "tests/bridge/fake_disk.h"
#include "tests/sflow/unit.h"

#define MOST 64 /* migrations */

const char add_table[] = "CREATE TABLE notes (host INTEGER NOT NULL, note TEXT);"
			 "INSERT INTO notes SELECT started, shown FROM hosts";
const char add_column[] = "ALTER TABLE hosts ADD COLUMN place TEXT;"
			  "CREATE INDEX places ON hosts (place)";

/* The file of version 1 -------------------------------------------------------------- */

/* tests/captures/cluster.pcap and hsflowd-kvm-libvirt-testdriver.pcap, some of their
 * datagrams left out, were sent to gmetad-bridge 0.1.0 with `vm = host` at five times
 * their pace. It was ended by SIGTERM. Read with the sqlite3 program. */
static const struct {
	const char *agent;
	uint32_t sub_agent, source_class, source_index; /* of a machine */
	const char *uuid, *name, *shown;
	int64_t first_ms, heard_ms;
	uint32_t started_s, interval_ms, jitter_ms;
	double loss;
	bool down;
} file_1[FILE_1_HOSTS] = {
    {"10.77.0.1", 0, 0, 0, "", "vm", "vm", 1796012779006, 1796012793625, 1796012721,
     1977, 227, 0.0014875578749981133, true},
    {"10.77.0.1", 100001, 3, 148529,
     "\x66\x95\xEB\x01\xF6\xA4\x83\x04\x79\xAA\x97\xF2\x50\x2E\x19\x3F", "test", "test",
     1796012779222, 1796012793625, 0, 1989, 269, 0.000598023209600601, true},
    {"10.77.0.3", 0, 0, 0, "", "vm", "vm-10.77.0.3", 1796012779006, 1796012793625,
     1796012720, 3004, 7, 0.0002944707520088593, false},
    {"10.77.0.3", 100001, 3, 112261,
     "\x4A\x1B\x2C\x3D\x00\x02\x40\x00\x80\x00\x00\x00\x00\x00\xA0\x02", "vm-beta",
     "vm-beta", 1796012779222, 1796012793625, 0, 3000, 3, 0, true},
    {"10.77.0.3", 100001, 3, 113197,
     "\x4A\x1B\x2C\x3D\x00\x01\x40\x00\x80\x00\x00\x00\x00\x00\xA0\x01", "vm-alpha",
     "vm-alpha", 1796012779462, 1796012793260, 0, 3000, 3, 0.00029820512077776204,
     false},
    {"10.80.0.1", 0, 0, 0, "", "node1.example.net", "node1.example.net", 1796012778983,
     1796012803352, 1796012679, 4992, 273, 0.002941664605662437, false},
    {"10.80.0.2", 0, 0, 0, "", "node2.example.net", "node2.example.net", 1796012779327,
     1796012803315, 1796012680, 4995, 628, 0.0026375129410213787, false},
    {"10.80.0.3", 0, 0, 0, "", "node3.example.net", "node3.example.net", 1796012779407,
     1796012803390, 1796012742, 5187, 668, 0.0008881375349761689, false},
    {"10.80.0.5", 0, 0, 0, "", "node5.example.net", "node5.example.net", 1796012780161,
     1796012788571, 1796012744, 4775, 757, 0, true},
    {"fd80::4", 0, 0, 0, "", "node4.example.net", "node4.example.net", 1796012779962,
     1796012802994, 1796012684, 4836, 715, 0.0011897067331870933, false},
};

void
fake_file_1(void)
{
	const char *top = getenv("abs_top_srcdir");
	char path[512];
	uint8_t *bytes;
	size_t len;

	snprintf(path, sizeof(path), "%s/tests/bridge/data/state-1.db",
	         top == NULL ? "." : top);
	bytes = read_file(path, &len);
	write_file(fake_path, bytes, len);
	free(bytes);
}

static struct collector_saved
saved_1(size_t i)
{
	struct collector_saved s = {.machine = file_1[i].uuid[0] != '\0',
	                            .sub_agent = file_1[i].sub_agent,
	                            .source_class = file_1[i].source_class,
	                            .source_index = file_1[i].source_index,
	                            .first_ms = file_1[i].first_ms,
	                            .heard_ms = file_1[i].heard_ms,
	                            .started_s = file_1[i].started_s,
	                            .interval_ms = file_1[i].interval_ms,
	                            .jitter_ms = file_1[i].jitter_ms,
	                            .loss = file_1[i].loss,
	                            .down = file_1[i].down};

	assert_int_equal(address_parse(file_1[i].agent, &s.agent), 0);
	if (s.machine)
		memcpy(s.uuid, file_1[i].uuid, sizeof(s.uuid));
	strcpy(s.name, file_1[i].name);
	strcpy(s.shown, file_1[i].shown);
	return s;
}

void
assert_restored_1(void)
{
	size_t i, j;

	assert_int_equal(fake.restored, FILE_1_HOSTS);
	for (i = 0; i < FILE_1_HOSTS; i++) {
		struct collector_saved want = saved_1(i);

		for (j = 0; j < fake.count; j++)
			if (strcmp(fake.host[j].shown, want.shown) == 0)
				break;
		assert_true(j < fake.count);
		assert_same(&fake.host[j], &want);
	}
}

/* Later programs --------------------------------------------------------------------- */

const struct database_migrations *
fake_later(const char *next, const char *last)
{
	static const char *sql[MOST];
	static struct database_migrations later;
	int n = database_migrations.count;

	assert_true(n + 2 <= MOST);
	memcpy(sql, database_migrations.sql, (size_t)n * sizeof(sql[0]));
	sql[n++] = next;
	if (last != NULL)
		sql[n++] = last;
	later = (struct database_migrations){sql, n};
	return &later;
}

/* What one schema has, and the other one has not. */
static long long
count_more(const char *of, const char *than)
{
	char sql[1024];

	snprintf(sql, sizeof(sql),
	         "ATTACH '%s' AS other; SELECT count(*) FROM ("
	         "SELECT type, name, tbl_name, sql FROM main.sqlite_master EXCEPT "
	         "SELECT type, name, tbl_name, sql FROM other.sqlite_master)",
	         than);
	return fake_sql(of, sql);
}

void
assert_schema_of_new(const struct database_migrations *migrations)
{
	char anew[sizeof(fake_path) + 8];
	enum database_fault fault;
	char text[DATABASE_FAULT];
	struct database *db;

	snprintf(anew, sizeof(anew), "%s-new", fake_path);
	db = database_open(anew, migrations, &fault, text);
	assert_non_null(db);
	database_close(db);
	assert_true(fake_sql(anew, "SELECT count(*) FROM sqlite_master") > 0);
	assert_int_equal(count_more(fake_path, anew), 0);
	assert_int_equal(count_more(anew, fake_path), 0);
	assert_int_equal(fake_sql(fake_path, "PRAGMA user_version"), migrations->count);
	assert_int_equal(fake_sql(anew, "PRAGMA user_version"), migrations->count);
	assert_int_equal(fake_sql(anew, "PRAGMA application_id"),
	                 fake_sql(fake_path, "PRAGMA application_id"));
	assert_int_equal(unlink(anew), 0);
}
