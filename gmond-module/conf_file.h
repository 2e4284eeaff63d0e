/* conf_file.h - reads gmond.conf a word at a time, with file and line, which libganglia
 * does not tell. It knows the form of the file, and not what may be in it.
 */
#ifndef MODSFLOW_CONF_FILE_H
#define MODSFLOW_CONF_FILE_H

#define CONF_FAULT 1024

/* A section NAME { } or NAME TITLE { }, or a setting NAME = VALUE. */
struct conf_item {
	const char *name;
	const char
	    *value; /* the section's title, "" without one; or the value, of a list
	                    * its first */
	const char *file;
	unsigned line;
};

/* What is called for what is read. Strings live until the call returns. */
struct conf_visitor {
	void (*section)(void *context, const struct conf_item *section);
	void (*section_end)(void *context);
	void (*set)(void *context, const struct conf_item *setting);
	void *context;
};

/* Reads the file, and those that it includes, as gmond does: include ("FILE") or
 * ("FOLDER/PATTERN"). Returns 0; or -1 with "FILE:LINE: what" in `fault`. */
int conf_file_read(const char *path, const struct conf_visitor *visitor,
                   char fault[CONF_FAULT]);

#endif
