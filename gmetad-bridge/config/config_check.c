#include "gmetad-bridge/config/config_check.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUPS_MAX 256
#define WHO_SIZE 64

/* The folder that systemd makes when it starts the bridge: RuntimeDirectory in
 * gmetad-bridge.service. */
#define RUNTIME "/run/gmetad-bridge"

struct check {
	struct config_reading *r;
	char who[WHO_SIZE]; /* the user who looks */
};

/* A key, and its line; where it is not given, that of its section. */
struct check_key {
	enum section section;
	const char *name;
};

static unsigned
line_of(const struct config_reading *r, struct check_key key)
{
	unsigned line = config_key_line(r, key.section, key.name);

	if (line == 0)
		line = r->seen[key.section];
	return line == 0 ? 1 : line;
}

static void __attribute__((format(printf, 3, 4)))
warn(const struct check *c, struct check_key key, const char *format, ...)
{
	char what[CONFIG_FAULT];
	va_list arguments;
	unsigned line;
	const char *file = config_place(c->r, line_of(c->r, key), &line);

	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	config_warn(c->r->warnings, file, line, "%s: %s", key.name, what);
}

/* Programs, files, folders ---------------------------------------------------------- */

/* Whether the file is of that type, such as S_IFDIR, and may be used so. */
static bool
is_good(const struct check *c, struct check_key key, const char *path, mode_t type,
        int rights)
{
	static const struct {
		int right;
		const char *verb;
	} verbs[] = {{X_OK, "run"}, {W_OK, "write"}, {R_OK, "read"}};
	const char *verb = "write into";
	struct stat status;
	size_t i;

	if (stat(path, &status) != 0) {
		warn(c, key, "%s: %s", path, strerror(errno));
		return false;
	}
	if ((status.st_mode & S_IFMT) != type) {
		warn(c, key, "%s is no %s", path,
		     type == S_IFDIR    ? "folder"
		     : type == S_IFIFO  ? "FIFO"
		     : type == S_IFSOCK ? "socket"
		                        : "file");
		return false;
	}
	if (faccessat(AT_FDCWD, path, rights, AT_EACCESS) == 0)
		return true;
	for (i = 0; type != S_IFDIR && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (rights & verbs[i].right)
			verb = verbs[i].verb;
	warn(c, key, "the user %s can't %s %s: %s", c->who, verb, path,
	     strerror(errno));
	return false;
}

/* Looks at the folder that the file is in, or will be in. */
static bool
is_in_good_folder(const struct check *c, struct check_key key, const char *path)
{
	size_t len = (size_t)(strrchr(path, '/') - path);
	char *folder = len == 0 ? strdup("/") : strndup(path, len);
	bool good = folder == NULL || is_good(c, key, folder, S_IFDIR, W_OK | X_OK);

	free(folder);
	return good;
}

static bool
is_there(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0;
}

static void
check_state(const struct check *c, const char *path)
{
	const struct check_key key = {SECTION_TOP, "state"};

	if (path != NULL && is_in_good_folder(c, key, path) && is_there(path))
		is_good(c, key, path, S_IFREG, R_OK | W_OK);
}

static void
check_control(const struct check *c, const char *path)
{
	size_t len = strlen(RUNTIME);

	if (path != NULL &&
	    (strncmp(path, RUNTIME "/", len + 1) != 0 || is_there(RUNTIME)))
		is_in_good_folder(c, (struct check_key){SECTION_TOP, "control"}, path);
}

/* The bridge makes files also for an rrdcached on this machine. */
static void
check_rrds(const struct check *c, const struct config *config)
{
	const struct config_rrd *rrd = &config->rrd;
	const char *socket = rrd->rrdcached;

	if (socket != NULL && strncmp(socket, "unix:", 5) == 0)
		socket += 5;
	if (!config->rrd_on || (socket != NULL && *socket != '/'))
		return;
	is_good(c, (struct check_key){SECTION_RRD, "rootdir"}, rrd->rootdir, S_IFDIR,
	        W_OK | X_OK);
	if (socket != NULL)
		is_good(c, (struct check_key){SECTION_RRD, "rrdcached"}, socket,
		        S_IFSOCK, W_OK);
}

/* After SIGHUP the files are read again, by the user. */
static void
check_files(const struct check *c)
{
	const struct config_text *t = &c->r->text;
	size_t i;

	for (i = 0; i < t->file_count; i++)
		if (faccessat(AT_FDCWD, t->files[i], R_OK, AT_EACCESS) != 0)
			config_warn(c->r->warnings, t->files[i], 1,
			            "the user %s can't read it after SIGHUP: %s",
			            c->who, strerror(errno));
}

static void
check_all(const struct check *c)
{
	const struct config *config = c->r->config;

	check_files(c);
	check_rrds(c, config);
	check_state(c, config->state);
	check_control(c, config->control);
	if (config->on_event != NULL)
		is_good(c, (struct check_key){SECTION_TOP, "on_event"},
		        config->on_event, S_IFREG, X_OK);
	if (config->nagios_commands != NULL)
		is_good(c, (struct check_key){SECTION_TOP, "nagios_commands"},
		        config->nagios_commands, S_IFIFO, W_OK);
}

/* The user -------------------------------------------------------------------------- */

static int
set_user(uid_t user, gid_t group, const gid_t *groups, int count)
{
	return setgroups((size_t)count, groups) == 0 && setegid(group) == 0 &&
	               seteuid(user) == 0
	           ? 0
	           : -1;
}

/* Looks as root with the rights of that user. */
static int
check_as(struct check *c, const struct passwd *user)
{
	gid_t groups[GROUPS_MAX], own[GROUPS_MAX], group = getegid();
	int count = GROUPS_MAX, own_count = getgroups(GROUPS_MAX, own);

	if (own_count < 0 ||
	    getgrouplist(user->pw_name, user->pw_gid, groups, &count) < 0 ||
	    set_user(user->pw_uid, user->pw_gid, groups, count) != 0)
		return config_fail(
		    c->r, line_of(c->r, (struct check_key){SECTION_TOP, "user"}),
		    "can't become user %s: %s", user->pw_name, strerror(errno));
	check_all(c);
	if (seteuid(0) != 0 || set_user(0, group, own, own_count) != 0)
		abort(); /* never: who was root may become root */
	return 0;
}

int
config_check(struct config_reading *r)
{
	const struct check_key key = {SECTION_TOP, "user"};
	const char *name = r->config->user;
	struct check c = {.r = r};
	bool root = geteuid() == 0;
	const struct passwd *user = name == NULL ? NULL : getpwnam(name);

	if (name != NULL && user == NULL && root)
		return config_fail(r, line_of(r, key), "there is no user %s", name);
	if (name != NULL && user == NULL)
		warn(&c, key, "there is no user %s, so root can't start it", name);
	if (root && user != NULL) {
		snprintf(c.who, sizeof(c.who), "%s", name);
		return check_as(&c, user);
	}
	user = getpwuid(geteuid());
	snprintf(c.who, sizeof(c.who), "%s", user == NULL ? "?" : user->pw_name);
	check_all(&c);
	return 0;
}
