/* lint.h - what clang-tidy is told in the place of what its analyzer can't see through. */
#ifndef TESTS_LINT_LINT_H
#define TESTS_LINT_LINT_H

/* What is left of a list or a table, which is anything. */
void *lint_rest(const void *head, const void *removed);

_Noreturn void lint_stop(void);
_Noreturn void lint_fail(const char *format, ...);

#endif
