#include "common/thread.h"

#include <signal.h>
#include <string.h>

#include "common/log.h"

int
thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *argument)
{
	sigset_t all, was;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &was);
	error = pthread_create(thread, NULL, run, argument);
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	if (error == 0)
		pthread_setname_np(*thread, name);
	else
		log_line("can't start a thread: %s", strerror(error));
	return error;
}
