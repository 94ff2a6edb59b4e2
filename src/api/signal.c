// SPDX-License-Identifier: MIT
/*
 * signal.c - signals: kept in memory, or sent
 */

#include "os/signal.h"

#include <assert.h>
#include <signal.h>
#include <string.h>

#include "api/api_int.h"
#include "io/sigq.h"

static_assert(SIGIO == SIGNAL_IO && SIGURG == SIGNAL_URG, "Linux's numbers");
static_assert((int)POLL_IN == (int)SIGNAL_POLL_IN &&
		      (int)POLL_HUP == (int)SIGNAL_POLL_HUP &&
		      (int)SI_KERNEL == (int)SIGNAL_KERNEL &&
		      (int)SI_SIGIO == (int)SIGNAL_SIGIO,
	      "Linux's codes");

uint64_t api_sigset(const sigset_t *set)
{
	uint64_t bits = 0;
	int n;

	for (n = 1; n <= SIGNAL_MAX; n++)
		if (sigismember(set, n) == 1)
			bits |= UINT64_C(1) << (n - 1);
	return bits;
}

int64_t api_ns(const struct timespec *ts)
{
	if (!ts)
		return -1;
	if (ts->tv_sec < 0 || ts->tv_nsec < 0 || ts->tv_nsec >= (long)NS_PER_S)
		return API_NO_TIME;
	if (ts->tv_sec > INT64_MAX / (int64_t)NS_PER_S - 1)
		return INT64_MAX;
	return ts->tv_sec * (int64_t)NS_PER_S + ts->tv_nsec;
}

static void info_out(const struct signal_info *info, siginfo_t *si)
{
	memset(si, 0, sizeof(*si));
	si->si_signo = info->signo;
	si->si_code = info->code;
	if (info->code == SIGNAL_KERNEL)
		return;
	si->si_fd = info->fd;
	si->si_band = (long)info->band;
}

int weft_sigtimedwait(struct weft_stack *ws, const sigset_t *set, siginfo_t *si,
		      const struct timespec *timeout)
{
	API_CALL(ws);
	struct signal_info info;
	int64_t ns = api_ns(timeout);
	int signo;

	if (ns == API_NO_TIME)
		return (int)api_result(-EINVAL);
	signo = sigq_wait(ws->sigq, call.stack, api_sigset(set), &info, ns);
	if (signo > 0 && si)
		info_out(&info, si);
	return (int)api_result(signo);
}

int weft_sigwaitinfo(struct weft_stack *ws, const sigset_t *set, siginfo_t *si)
{
	return weft_sigtimedwait(ws, set, si, NULL);
}

int weft_sigpending(struct weft_stack *ws, sigset_t *set)
{
	API_CALL(ws);
	uint64_t bits = sigq_pending(ws->sigq);
	int n;

	sigemptyset(set);
	for (n = 1; n <= SIGNAL_MAX; n++)
		if (bits >> (n - 1) & 1)
			sigaddset(set, n);
	return 0;
}

int weft_sigmax(struct weft_stack *ws, unsigned int max)
{
	API_CALL(ws);

	sigq_set_max(ws->sigq, max);
	return 0;
}

int weft_sigreal(struct weft_stack *ws, int on)
{
	API_CALL(ws);

	call.stack->signals = on ? os_signal_sink() : sigq_sink(ws->sigq);
	return 0;
}

int weft_sigstat(struct weft_stack *ws, struct weft_sigstat *stat)
{
	API_CALL(ws);
	struct sigq_stat s;

	if (stat->size != sizeof(*stat))
		return (int)api_result(-EINVAL);
	sigq_get_stat(ws->sigq, &s);
	*stat = (struct weft_sigstat){
		.size = sizeof(*stat),
		.raised = s.raised,
		.coalesced = s.coalesced,
		.queued = s.queued,
		.refused = s.refused,
		.waiting = s.waiting,
	};
	return 0;
}
