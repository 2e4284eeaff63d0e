#include "tools/check_sflow/generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check_sflow/scene.h"
#include "tests/sflow/unit.h"
#include "tools/check_sflow/files.h"

static char folder[] = "/tmp/test_generate.XXXXXX";

/* A path in the folder; kept until the next but three. */
static const char *
path(const char *name)
{
	static char texts[4][256];
	static unsigned next;
	char *text = texts[next++ % 4];

	snprintf(text, sizeof(texts[0]), "%s/%s", folder, name);
	return text;
}

static void
put(const char *name, const char *content)
{
	FILE *out = fopen(path(name), "w");

	assert_non_null(out);
	fputs(content, out);
	fclose(out);
}

static void
addresses(void **state)
{
	static const struct {
		const char *from, *to; /* NULL: none */
	} table[] = {
	    {"10.0.0.1", "10.0.0.1"},
	    {"fd80::1", "fd80::1"},
	    {"fd80--1", "fd80::1"},
	    {"2001-db8--1-2", "2001:db8::1:2"},
	    {"gmetad-bridge", NULL},
	    {"", NULL},
	    {"10.0.0.1;x", NULL},
	    {"10-0-0-1", NULL},
	    {"12345678-1234-1234-1234-123456789012", NULL},
	    {"1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111", NULL},
	};
	char text[46];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(table); i++) {
		bool is = generate_address(table[i].from, text, sizeof(text));

		if (is != (table[i].to != NULL) ||
		    (is && strcmp(text, table[i].to) != 0))
			fail_msg("%s becomes %s", table[i].from, text);
	}
}

/* Tells of hosts, and returns what is written of them. */
static char *
generate(struct generate *g, const struct options *options, const char *xml)
{
	struct ganglia_visitor visitor;
	struct section_count count;
	struct ganglia_xml *reader;
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	*g = (struct generate){.options = options};
	generate_begin(g, &visitor);
	reader = ganglia_xml_new(&visitor);
	assert_true(reader != NULL && out != NULL);
	assert_int_equal(ganglia_xml_push(reader, xml, strlen(xml), true), GANGLIA_END);
	ganglia_xml_free(reader);
	assert_int_equal(section_write(&g->section, true, out, &count), 0);
	fclose(out);
	section_free(&g->section);
	return text;
}

static void
hostile_names(void **state)
{
	const char *xml = scene_cluster(
	    "<HOST NAME=\"a'; rm -rf / #\" IP=\"10.0.0.1\"/>"
	    "<HOST NAME=\"b&#10;}&#10;define command {\" IP=\"10.0.0.2\"/>"
	    "<HOST NAME=\"c\" IP=\"10.0.0.3;&#10;}\"/>"
	    "<HOST NAME=\"$USER1$\" IP=\"10.0.0.4\"/>"
	    "<HOST NAME=\"good\" IP=\"10.0.0.5\"/>");
	struct options options;
	struct generate g;
	char *text;

	(void)state;
	assert_int_equal(scene_parse(&options, "--generate-hosts"), -1);
	text = generate(&g, &options, xml);
	assert_int_equal(g.unsafe, 3);
	assert_int_equal(g.seen, 2);
	assert_null(strpbrk(text, ";$'"));
	assert_null(strstr(text, "command"));
	assert_non_null(strstr(text, "\taddress\tc\n")); /* its name: it is safe */
	assert_non_null(strstr(text, "\taddress\t10.0.0.5\n"));
	free(text);
}

/* Who has a load is a server. */
static void
servers(void **state)
{
	const char *xml = scene_cluster(
	    "<HOST NAME=\"sw1\" IP=\"10.0.0.1\"><METRIC NAME=\"bytes_in\"/></HOST>"
	    "<HOST NAME=\"web1\" IP=\"10.0.0.2\"><METRIC NAME=\"load_one\"/></HOST>"
	    "<HOST NAME=\"new1\" IP=\"10.0.0.3\"/>");
	struct options options;
	struct generate g;
	char *text;

	(void)state;
	assert_int_equal(scene_parse(&options, "--generate-hosts"), -1);
	text = generate(&g, &options, xml);
	assert_non_null(strstr(text, "10.0.0.1\n\thostgroups\tsflow-hosts,"
	                             "sflow-cluster-c\n"));
	assert_non_null(strstr(text, "10.0.0.2\n\thostgroups\tsflow-hosts,"
	                             "sflow-servers,sflow-cluster-c\n"));
	assert_non_null(strstr(text, "10.0.0.3\n\thostgroups\tsflow-hosts,"
	                             "sflow-cluster-c\n"));
	free(text);
}

/* The file follows what was renamed, and loses what was removed; who is only silent
 * stays. */
static void
renamed_and_removed(void **state)
{
	static const char before[] = "<HOST NAME=\"web1\" IP=\"10.0.0.1\"/>"
				     "<HOST NAME=\"web2\" IP=\"10.0.0.2\"/>"
				     "<HOST NAME=\"web3\" IP=\"10.0.0.3\"/>"
				     "<HOST NAME=\"web4\" IP=\"10.0.0.4\"/>";
	static const char after[] = "<?sflow-former was=\"web1\" is=\"www\"?>"
				    "<?sflow-former was=\"web2\" is=\"\"?>"
				    "<?sflow-former was=\"web4\" is=\"\"?>"
				    "<?sflow-former was=\"never\" is=\"there\"?>"
				    "<HOST NAME=\"www\" IP=\"10.0.0.1\"/>"
				    "<HOST NAME=\"web4\" IP=\"10.0.0.4\"/>";
	struct section_count count;
	struct ganglia_visitor visitor;
	struct ganglia_xml *reader;
	struct options options;
	struct generate g;
	const char *xml;
	char *text, *old;
	size_t len;
	FILE *out;

	(void)state;
	assert_int_equal(scene_parse(&options, "--generate-hosts"), -1);
	old = generate(&g, &options, scene_cluster(before));
	text = malloc(strlen(old) + 200);
	sprintf(text, SECTION_BEGIN "%s" SECTION_END, old);
	free(old);
	g = (struct generate){.options = &options};
	assert_int_equal(section_read(&g.section, text, strlen(text)), 0);
	free(text);
	generate_begin(&g, &visitor);
	reader = ganglia_xml_new(&visitor);
	xml = scene_cluster(after);
	assert_int_equal(ganglia_xml_push(reader, xml, strlen(xml), true), GANGLIA_END);
	ganglia_xml_free(reader);
	out = open_memstream(&text, &len);
	assert_int_equal(section_write(&g.section, true, out, &count), 0);
	fclose(out);
	section_free(&g.section);
	assert_int_equal(count.hosts, 3);
	assert_int_equal(count.fresh, 1);
	assert_int_equal(count.former, 2);
	assert_int_equal(count.unseen, 1);
	assert_null(strstr(text, "web1"));
	assert_null(strstr(text, "web2"));
	assert_null(strstr(text, "never"));
	assert_non_null(strstr(text, "\thost_name\twww\n"));
	assert_non_null(strstr(text, "\thost_name\tweb3\n"));
	assert_non_null(strstr(text, "\thost_name\tweb4\n"));
	free(text);
}

static void
some_hosts(void **state)
{
	const char *xml = scene_cluster("<HOST NAME=\"web1\" IP=\"10.0.0.1\"/>"
	                                "<HOST NAME=\"db1\" IP=\"10.0.0.2\"/>");
	struct options options;
	struct generate g;
	char *text;

	(void)state;
	assert_int_equal(scene_parse(&options, "--generate-hosts --host-regex ^web"),
	                 -1);
	text = generate(&g, &options, xml);
	assert_non_null(strstr(text, "web1"));
	assert_null(strstr(text, "db1"));
	options_free(&options);
	free(text);
}

/* Files --------------------------------------------------------------------------------- */

static void
replaced_as_it_was(void **state)
{
	struct stat info;
	size_t len;
	char *text;

	(void)state;
	put("a.cfg", "old");
	assert_int_equal(chmod(path("a.cfg"), 0640), 0);
	assert_int_equal(symlink("a.cfg", path("link")), 0);
	assert_int_equal(files_replace(path("link"), "new\0!", 5), 0);
	assert_int_equal(lstat(path("link"), &info), 0);
	assert_true(S_ISLNK(info.st_mode));
	assert_int_equal(stat(path("a.cfg"), &info), 0);
	assert_int_equal(info.st_mode & 07777, 0640);
	text = files_read(path("a.cfg"), &len);
	assert_int_equal(len, 5);
	assert_memory_equal(text, "new\0!", 5);
	free(text);
	assert_int_equal(files_replace(path("new.cfg"), "x", 1), 0);
	assert_int_equal(stat(path("new.cfg"), &info), 0);
	assert_int_equal(info.st_mode & 07777, 0644);
	assert_int_equal(files_replace(path("no/folder"), "x", 1), -1);
}

static void
what_cannot_be_read(void **state)
{
	size_t len;
	char *text = files_read(path("nothing"), &len);

	(void)state;
	assert_non_null(text);
	assert_int_equal(len, 0);
	free(text);
	assert_null(files_read(folder, &len));
	assert_null(files_read("/dev/zero", &len));
}

static void
except_files_and_folders(void **state)
{
	struct names names = {NULL};

	(void)state;
	assert_int_equal(mkdir(path("sub"), 0755), 0);
	put("sub/1.cfg", "define host {\nhost_name one\n}\n");
	put("sub/2.txt", "define host {\nhost_name two\n}\n");
	put("sub/3.cfg", "define host {\nhost_name three\n}\n");
	assert_int_equal(files_scan(folder, path("sub/3.cfg"), &names), 0);
	assert_true(names_has(&names, "host", "one"));
	assert_false(names_has(&names, "host", "two"));
	assert_false(names_has(&names, "host", "three"));
	assert_int_equal(files_scan(path("sub/2.txt"), NULL, &names), 0);
	assert_true(names_has(&names, "host", "two"));
	assert_int_equal(files_scan(path("not there"), NULL, &names), -1);
	names_free(&names);
}

static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int
remove_folder(void **state)
{
	static const char *const all[] = {"sub/1.cfg", "sub/2.txt", "sub/3.cfg", "sub",
	                                  "a.cfg",     "link",      "new.cfg",   ""};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(all); i++)
		remove(path(all[i]));
	return access(folder, F_OK) == 0 ? -1 : 0; /* no temporary is left */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(addresses),
	    cmocka_unit_test(hostile_names),
	    cmocka_unit_test(servers),
	    cmocka_unit_test(renamed_and_removed),
	    cmocka_unit_test(some_hosts),
	    cmocka_unit_test(replaced_as_it_was),
	    cmocka_unit_test(what_cannot_be_read),
	    cmocka_unit_test(except_files_and_folders),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
