// SPDX-License-Identifier: MIT
/*
 * calls_probe.c - calls that name the network, with arguments that are wrong
 *
 * Theory of operation
 * ===================
 *	calls_probe			every call, each argument bad in turn
 *	calls_probe all			... and every level and option of 0..255
 *	calls_probe random SEED MS	calls at random for so many milliseconds
 *
 * The first two print a line for each combination, with the errno of each of a
 * row of lengths.  They are run on the kernel and under `weft run`, and what
 * differs is a finding.  The last prints how many calls it made; whoever
 * answers them must live.
 *
 * Pointers are bad in the five ways there are: nothing, nowhere, the kernel's,
 * only to be read, and good for all but the last octets.
 */
#include "calls_make.h"

/* The number of the error, or 0; what a call gives is not compared. */
static int code(long result)
{
	return result < 0 ? errno : 0;
}

static void end_line(void)
{
	putchar('\n');
}

static const int64_t lengths[] = {0,   1,   2,	 15, 16,     28,
				  110, 128, 129, -1, INT_MAX};

/* bind(2), connect(2): address and length. */
static void addresses(const char *kind, const char *name, long nr)
{
	struct sockaddr_in sin = local(LISTENER_PORT);
	int fd, other;

	for (size_t p = 0; p < COUNT(places); p++) {
		printf("%s %s %s:", name, kind, places[p].name);
		for (size_t i = 0; i < COUNT(lengths); i++) {
			fd = make(kind, &other);
			memset(good, 0, 256);
			memcpy(good, &sin, sizeof(sin));
			printf(" %d",
			       code(syscall(nr, fd, places[p].at, lengths[i])));
			drop(fd, other);
		}
		end_line();
	}
	for (int family = 0; family < 48; family++) {
		if (family == AF_UNIX) /* it would be a file */
			continue;
		fd = make(kind, &other);
		sin.sin_family = (sa_family_t)family;
		printf("%s %s family %d: %d\n", name, kind, family,
		       code(syscall(nr, fd, &sin, sizeof(sin))));
		drop(fd, other);
	}
}

/* getsockname(2), getpeername(2), accept(2): address and where its length is. */
static void names(const char *kind, const char *name, long nr)
{
	static const int rooms[] = {0, 1, 16, 128, 1000, -1, INT_MIN};
	int fd, other;

	for (size_t p = 0; p < COUNT(places); p++)
		for (size_t q = 0; q < COUNT(places); q++) {
			printf("%s %s %s length %s:", name, kind,
			       places[p].name, places[q].name);
			for (size_t i = 0; i < COUNT(rooms); i++) {
				memcpy(good + 512, &rooms[i], 4);
				fd = make(kind, &other);
				printf(" %d",
				       code(syscall(nr, fd, places[p].at,
						    q == 5 ? good + 512
							   : places[q].at,
						    0)));
				drop(fd, other);
			}
			end_line();
		}
}

/* Messages without a header around them. */
static void octets(const char *kind, const char *name, long nr)
{
	static const size_t sizes[] = {
		0, 1, 1000, (size_t)1 << 20, (size_t)1 << 40, SIZE_MAX};
	int fd, other;

	for (size_t p = 0; p < COUNT(places); p++)
		for (size_t q = 0; q < COUNT(places); q++) {
			printf("%s %s %s address %s:", name, kind,
			       places[p].name, places[q].name);
			for (size_t i = 0; i < COUNT(sizes); i++) {
				struct sockaddr_in sin = local(LISTENER_PORT);
				void *len = (void *)16;

				memcpy(good + 512, &sin, sizeof(sin));
				memcpy(good + 1024, "\20\0\0", 4);
				if (nr == SYS_recvfrom)
					len = good + 1024;
				fd = make(kind, &other);
				printf(" %d",
				       code(syscall(nr, fd, places[p].at,
						    sizes[i],
						    MSG_DONTWAIT | MSG_NOSIGNAL,
						    q == 5 ? good + 512
							   : places[q].at,
						    len)));
				drop(fd, other);
			}
			end_line();
		}
	for (int bit = 0; bit < 31; bit++) {
		if (1 << bit == MSG_ZEROCOPY || 1 << bit == MSG_FASTOPEN)
			continue;
		fd = make(kind, &other);
		printf("%s %s flag %x: %d\n", name, kind, 1U << bit,
		       code(syscall(nr, fd, good, 1,
				    (1 << bit) | MSG_DONTWAIT | MSG_NOSIGNAL,
				    NULL, NULL)));
		drop(fd, other);
	}
}

struct header_case {
	const char *name;
	struct msghdr h;
};

static size_t headers(struct header_case *out)
{
	static struct iovec iov[1025];
	static struct iovec bad[4] = {
		{(void *)8, 10}, {NULL, 0}, {NULL, SIZE_MAX}, {NULL, 10}};
	static struct sockaddr_in sin;
	size_t n = 0;

	sin = local(LISTENER_PORT);
	for (size_t i = 0; i < COUNT(iov); i++)
		iov[i] = (struct iovec){good + 2048, 1};
#define CASE(text, ...)                 \
	out[n++] = (struct header_case) \
	{                               \
		text,                   \
		{                       \
			__VA_ARGS__     \
		}                       \
	}
	CASE("empty", .msg_iovlen = 0);
	CASE("one", .msg_iov = iov, .msg_iovlen = 1);
	CASE("1024", .msg_iov = iov, .msg_iovlen = 1024);
	CASE("1025", .msg_iov = iov, .msg_iovlen = 1025);
	CASE("pieces-max", .msg_iov = iov, .msg_iovlen = SIZE_MAX);
	CASE("pieces-null", .msg_iov = NULL, .msg_iovlen = 1);
	CASE("pieces-nowhere", .msg_iov = (void *)8, .msg_iovlen = 3);
	CASE("piece-nowhere", .msg_iov = bad, .msg_iovlen = 1);
	CASE("piece-none", .msg_iov = bad + 1, .msg_iovlen = 1);
	CASE("piece-max", .msg_iov = bad + 2, .msg_iovlen = 1);
	CASE("piece-null", .msg_iov = bad + 3, .msg_iovlen = 1);
	CASE("address", .msg_name = &sin, .msg_namelen = sizeof(sin),
	     .msg_iov = iov, .msg_iovlen = 1);
	CASE("address-pieces", .msg_name = &sin, .msg_namelen = sizeof(sin),
	     .msg_iov = iov, .msg_iovlen = 1025);
	CASE("address-64", .msg_name = &sin, .msg_namelen = sizeof(sin),
	     .msg_iov = iov, .msg_iovlen = 64);
	CASE("address-1024", .msg_name = &sin, .msg_namelen = sizeof(sin),
	     .msg_iov = iov, .msg_iovlen = 1024);
	CASE("address-short", .msg_name = &sin, .msg_namelen = 2,
	     .msg_iov = iov, .msg_iovlen = 1);
	CASE("address-long", .msg_name = &sin, .msg_namelen = 1000,
	     .msg_iov = iov, .msg_iovlen = 1);
	CASE("address-negative", .msg_name = &sin, .msg_namelen = (socklen_t)-1,
	     .msg_iov = iov, .msg_iovlen = 1);
	CASE("address-nowhere", .msg_name = (void *)8, .msg_namelen = 16,
	     .msg_iov = iov, .msg_iovlen = 1);
	CASE("control-nowhere", .msg_control = (void *)8, .msg_controllen = 64,
	     .msg_iov = iov, .msg_iovlen = 1);
	CASE("control-max", .msg_control = good, .msg_controllen = SIZE_MAX,
	     .msg_iov = iov, .msg_iovlen = 1);
	CASE("control-short", .msg_control = good, .msg_controllen = 3,
	     .msg_iov = iov, .msg_iovlen = 1);
	return n;
}

static void messages(const char *kind, const char *name, long nr, bool is_many)
{
	struct header_case cases[32];
	size_t count = headers(cases);
	int fd, other;

	for (size_t i = 0; i < count; i++) {
		struct mmsghdr many[2] = {{cases[i].h, 0}, {cases[i].h, 0}};

		memset(good, 0, 1024);
		fd = make(kind, &other);
		printf("%s %s %s: %d\n", name, kind, cases[i].name,
		       code(is_many ? syscall(nr, fd, many, 2,
					      MSG_DONTWAIT | MSG_NOSIGNAL, NULL)
				    : syscall(nr, fd, &cases[i].h,
					      MSG_DONTWAIT | MSG_NOSIGNAL)));
		drop(fd, other);
	}
	for (size_t p = 0; p < 5; p++) {
		fd = make(kind, &other);
		printf("%s %s header %s: %d\n", name, kind, places[p].name,
		       code(is_many ? syscall(nr, fd, places[p].at, 2,
					      MSG_DONTWAIT, NULL)
				    : syscall(nr, fd, places[p].at,
					      MSG_DONTWAIT)));
		drop(fd, other);
	}
}

/* Small numbers where small numbers are wanted. */
static void numbers(const char *kind)
{
	static const int values[] = {-1, 0, 1, 2, 3, 4, 1000, INT_MAX, INT_MIN};
	int fd, other;

	for (size_t i = 0; i < COUNT(values); i++) {
		fd = make(kind, &other);
		printf("listen %s %d: %d\n", kind, values[i],
		       code(syscall(SYS_listen, fd, values[i])));
		drop(fd, other);
		fd = make(kind, &other);
		printf("shutdown %s %d: %d\n", kind, values[i],
		       code(syscall(SYS_shutdown, fd, values[i])));
		drop(fd, other);
		fd = make(kind, &other);
		printf("accept4 %s flags %d: %d\n", kind, values[i],
		       code(syscall(SYS_accept4, fd, NULL, NULL, values[i])));
		drop(fd, other);
	}
}

static void sockets(void)
{
	static const int domains[] = {-1, 0, AF_INET, AF_INET6, 46, 1000};
	static const int protos[] = {-1, 0,   1,   2,	6,   17,
				     58, 254, 255, 256, 1000};

	for (size_t d = 0; d < COUNT(domains); d++)
		for (int type = -1; type < 13; type++) {
			printf("socket %d %d:", domains[d], type);
			for (size_t p = 0; p < COUNT(protos); p++) {
				long fd = syscall(SYS_socket, domains[d], type,
						  protos[p]);

				printf(" %d", code(fd));
				if (fd >= 0)
					close((int)fd);
			}
			end_line();
		}
	for (int bit = 4; bit < 31; bit++) {
		long fd =
			syscall(SYS_socket, AF_INET, SOCK_DGRAM | 1 << bit, 0);

		printf("socket type bit %d: %d\n", bit, code(fd));
		if (fd >= 0)
			close((int)fd);
	}
}

/* Where the value of an option is bad, and where its length is. */
static void option_places(const char *kind)
{
	int fd, other, one = 1;

	for (size_t p = 0; p < COUNT(places); p++)
		for (size_t i = 0; i < COUNT(lengths); i++) {
			socklen_t len = (socklen_t)lengths[i];

			memset(good, 0, 256);
			memcpy(good, &one, 4);
			fd = make(kind, &other);
			printf("setsockopt %s %s %lld: %d", kind,
			       places[p].name, (long long)lengths[i],
			       code(syscall(SYS_setsockopt, fd, SOL_SOCKET,
					    SO_KEEPALIVE, places[p].at,
					    lengths[i])));
			printf(" get %d",
			       code(syscall(SYS_getsockopt, fd, SOL_SOCKET,
					    SO_KEEPALIVE, places[p].at, &len)));
			printf(" get %d\n",
			       code(syscall(SYS_getsockopt, fd, SOL_SOCKET,
					    SO_KEEPALIVE, good, places[p].at)));
			drop(fd, other);
		}
}

/* One option with several lengths, read and written. */
static void option(const char *kind, int level, int name)
{
	static const int sizes[] = {0, 1, 3, 4, 8, 12, 16, 20, 64};
	int fd, other;

	fd = make(kind, &other);
	printf("option %s %d %d:", kind, level, name);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		socklen_t len = (socklen_t)sizes[i];

		memset(good, 0, 256);
		printf(" %d", code(syscall(SYS_getsockopt, fd, level, name,
					   good, &len)));
	}
	printf(" /");
	for (size_t i = 0; i < COUNT(sizes); i++) {
		memset(good, 0, 256);
		printf(" %d", code(syscall(SYS_setsockopt, fd, level, name,
					   good, sizes[i])));
	}
	end_line();
	drop(fd, other);
}

static void options(bool is_all)
{
	static const int levels[] = {SOL_SOCKET,  IPPROTO_IP,	IPPROTO_TCP,
				     IPPROTO_UDP, IPPROTO_IPV6, 255,
				     3,		  200};
	static const char *const on[] = {"stream", "connected", "udp"};

	for (size_t k = 0; k < COUNT(on); k++)
		for (int level = 0; level < 256; level++) {
			bool is_known = false;

			for (size_t i = 0; i < COUNT(levels); i++)
				is_known |= levels[i] == level;
			if (!is_known && (!is_all || k != 2))
				continue;
			for (int name = 0; name < (is_all ? 256 : 100); name++)
				option(on[k], level, name);
		}
}

static void everything(bool is_all)
{
	sockets();
	for (size_t i = 0; i < COUNT(kinds); i++) {
		const char *kind = kinds[i];

		addresses(kind, "bind", SYS_bind);
		addresses(kind, "connect", SYS_connect);
		names(kind, "getsockname", SYS_getsockname);
		names(kind, "getpeername", SYS_getpeername);
		names(kind, "accept", SYS_accept);
		octets(kind, "sendto", SYS_sendto);
		octets(kind, "recvfrom", SYS_recvfrom);
		messages(kind, "sendmsg", SYS_sendmsg, false);
		messages(kind, "recvmsg", SYS_recvmsg, false);
		messages(kind, "sendmmsg", SYS_sendmmsg, true);
		messages(kind, "recvmmsg", SYS_recvmmsg, true);
		numbers(kind);
		option_places(kind);
	}
	options(is_all);
}

static uint64_t state;

static uint64_t random_number(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static uint64_t random_argument(void)
{
	switch (random_number() % 6) {
	case 0:
		return random_number() % 20;
	case 1:
		return (uintptr_t)places[random_number() % COUNT(places)].at;
	case 2:
		return (uint64_t)lengths[random_number() % COUNT(lengths)];
	case 3:
		return (uintptr_t)good + random_number() % 4096;
	case 4:
		return random_number() % 300;
	default:
		return random_number() >> random_number() % 64;
	}
}

static void on_alarm(int signo)
{
	(void)signo;
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* Signals come all the time, so that nothing waits for long. */
static void interrupt_often(void)
{
	struct sigaction act = {.sa_handler = on_alarm};
	struct itimerval t = {{0, 3000}, {0, 3000}};

	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &t, NULL);
}

/* A machine that does something else makes few of them in a time. */
enum { CALLS_MIN = 2000 };

static void at_random(uint64_t seed, uint64_t ms)
{
	static const long calls[] = {
		SYS_bind,	 SYS_connect,	 SYS_listen,
		SYS_accept,	 SYS_accept4,	 SYS_getsockname,
		SYS_getpeername, SYS_setsockopt, SYS_getsockopt,
		SYS_shutdown,	 SYS_sendto,	 SYS_recvfrom,
		SYS_sendmsg,	 SYS_recvmsg,	 SYS_sendmmsg,
		SYS_recvmmsg,	 SYS_socket,	 SYS_ioctl,
		SYS_uname,	 SYS_openat,
	};
	uint64_t end = now_ms() + ms;
	unsigned long made = 0;
	int fd[4] = {-1, -1, -1, -1}, other[4] = {-1, -1, -1, -1};

	state = seed * 2654435761U + 88172645463325252U;
	interrupt_often();
	for (; now_ms() < end || made < CALLS_MIN; made++) {
		size_t i = random_number() % COUNT(fd);
		long nr = calls[random_number() % COUNT(calls)];
		uint64_t a[5], what = (uint64_t)fd[i];

		if (made % 16 == 0) {
			if (fd[i] >= 0)
				drop(fd[i], other[i]);
			fd[i] = make(kinds[random_number() % 7], &other[i]);
			continue;
		}
		for (size_t k = 0; k < COUNT(a); k++)
			a[k] = random_argument();
		for (size_t k = 0; k < 1024; k += 8) {
			uint64_t word = random_argument();

			memcpy(good + k, &word, sizeof(word));
		}
		if (nr == SYS_socket)
			what = random_number() % 2 ? AF_INET : AF_INET6;
		if (nr == SYS_uname)
			what = a[0];
		if (nr == SYS_openat) { /* no files: only names */
			what = (uint64_t)AT_FDCWD;
			a[1] = O_RDONLY;
			memcpy(good, "/etc/hosts", 11);
		}
		long got = syscall(nr, what, a[0], a[1], a[2], a[3], a[4]);

		if (got > 2 && (nr == SYS_socket || nr == SYS_accept ||
				nr == SYS_accept4 || nr == SYS_openat))
			close((int)got);
	}
	printf("%lu calls\n", made);
}

/* At the end everything still works. */
static int epilogue(void)
{
	struct itimerval none = {0};
	char buf[8] = "";
	int fd, other;

	setitimer(ITIMER_REAL, &none, NULL);
	fd = make("connected", &other);
	if (send(other, "works", 5, 0) != 5)
		return 1;
	fcntl(fd, F_SETFL, 0);
	if (recv(fd, buf, 5, MSG_WAITALL) != 5)
		return 1;
	puts(buf);
	return 0;
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	make_pages();
	if (argc == 4)
		at_random(strtoull(argv[2], NULL, 10),
			  strtoull(argv[3], NULL, 10));
	else
		everything(argc == 2);
	return epilogue();
}
