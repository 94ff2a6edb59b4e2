// SPDX-License-Identifier: MIT
/*
 * cmd_up.c - weft up: one host of weft on a real wire
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/proto.h"

#include "apps/echo.h"
#include "apps/http_server.h"
#include "cli/cli.h"
#include "cli/dir_site.h"
#include "cli/station.h"
#include "cli/up_dhcp.h"
#include "cli/up_ppp.h"
#include "cli/up_say.h"
#include "lab/value.h"
#include "os/stop.h"
#include "reactor/reactor.h"

static const char help[] =
	"usage: weft up DEVICE {--address ADDRESS/LEN... | --dhcp}\n"
	"               [--gateway ADDRESS]\n"
	"       weft up --serial DEVICE [--ppp KEY=VALUE,...] [--ping "
	"ADDRESS]\n"
	"               [--serve DIR] [--port N] [--echo N]\n"
	"               [--mtu N] [--mac MAC] [--offload] [--queues N] "
	"[--thread]\n"
	"               [--delay TIME] [--loss PERCENT] [--rate RATE]\n"
	"               [-v|--verbose] [--json]\n\n"
	"  DEVICE     tap:NAME     a TAP device; it is made if it does not "
	"exist, which\n"
	"                          takes root; --tap NAME is the same\n"
	"             packet:NAME  an interface that the kernel goes on to "
	"use\n"
	"             xdp:NAME     an interface that the kernel lends us\n"
	"             NAME         what it is\n"
	"  --address  of the host on it, and its net; one of IPv4, one of IPv6 "
	"or both\n"
	"  --dhcp     of IPv4 from a DHCP server; of IPv6 as a router on the "
	"wire "
	"says\n"
	"  --gateway  way to everybody who is not in that net\n"
	"  --serial   a tty, or pty for a new pseudo terminal; PPP is spoken "
	"on "
	"it\n"
	"  --ppp      name=, secret=: who we are, if we are asked; auth=pap or "
	"chap,\n"
	"             peer-name=, peer-secret=: who the other end has to be; "
	"local=,\n"
	"             peer=: the addresses, if they are ours to give; mru=\n"
	"  --ping     once a second when PPP is up, until it answered four "
	"times\n"
	"  --serve    serve the files below DIR over HTTP\n"
	"  --port     on this port; 80 if not said\n"
	"  --echo     send back what comes to this port, TCP and UDP\n"
	"  --mtu      largest packet; if not said, as the device has it\n"
	"  --mac      of the host; if not said, made from NAME\n"
	"  --offload  leave checksums and segmentation to the kernel\n"
	"  --queues   of a TAP device that was made with several\n"
	"  --thread   what goes into a TAP device is received by a thread of "
	"the\n"
	"             kernel: more of it, and each frame a little later; as "
	"root\n"
	"  --delay, --loss, --rate\n"
	"             put a cable between that is so slow, or loses so much\n"
	"  --verbose  say at the end what came, what went and what was lost\n"
	"  --json     all that is said as JSON, an object a line\n\n"
	"It runs until it is interrupted (Ctrl-C).\n\n"
	"examples:\n"
	"  ip tuntap add weft0 mode tap user $USER     (as root, once)\n"
	"  ip address add 10.1.0.1/24 dev weft0        (as root, once)\n"
	"  weft up weft0 --address 10.1.0.2/24 --serve labs/site\n"
	"  curl http://10.1.0.2/\n\n"
	"  weft up eth0 --dhcp --serve labs/site       (as root: a second host "
	"on eth0)\n";

/**
 * struct up - arguments, and what runs
 * @cfg:	The host
 * @cable:	What stands between it and the device
 * @has_dhcp:	It asks for its addresses
 * @dir:	What it serves, or NULL
 * @http_port:	Where
 * @echo_port:	0: none
 * @is_verbose:	Say more; @is_json: to programs
 * @is_said:	What was wrong has been said
 */
struct up {
	struct station_cfg cfg;
	struct cable_params cable;
	bool has_cable, has_dhcp;
	const char *dir;
	uint16_t http_port, echo_port;
	bool is_verbose, is_json, is_said;

	struct station st;
	struct loop *loop;
	struct http_source *site;
	struct http_server *http;
	struct echo *echo;
	struct up_dhcp dhcp;
	struct up_ppp ppp;
	struct pace_fd stop;
};

enum {
	OPT_OTHER = 256,
	OPT_DELAY,
	OPT_LOSS,
	OPT_RATE,
	OPT_OFFLOAD,
	OPT_THREAD,
	OPT_QUEUES,
	OPT_DHCP,
	OPT_SERIAL,
	OPT_PPP,
	OPT_PING,
	OPT_JSON
};

/* 0, or what cli_usage() says. */
static int read_number(const char *text, unsigned long min, unsigned long max,
		       unsigned long *out)
{
	char *end;

	errno = 0;
	*out = strtoul(text, &end, 10);
	if (*end || errno || *text < '0' || *text > '9' || *out < min ||
	    *out > max)
		return cli_usage("up", "'%s' is no number from %lu to %lu",
				 text, min, max);
	return 0;
}

static int read_port(const char *text, uint16_t *out)
{
	unsigned long n;
	int bad = read_number(text, 1, 65535, &n);

	*out = (uint16_t)n;
	return bad;
}

static int read_mtu(struct up *up, const char *text)
{
	unsigned long n;
	int bad = read_number(text, 68, 65535, &n);

	up->cfg.mtu = (uint32_t)n;
	return bad;
}

static int read_cable(struct up *up, int option, const char *text)
{
	enum value_unit unit = option == OPT_DELAY  ? VALUE_DURATION
			       : option == OPT_LOSS ? VALUE_PERCENT
						    : VALUE_RATE;
	uint64_t v;

	if (value_parse(text, unit, &v) != VALUE_OK)
		return cli_usage("up", "'%s' is no %s (%s)", text,
				 value_unit_name(unit),
				 value_unit_example(unit));
	up->has_cable = true;
	if (option == OPT_DELAY)
		up->cable.delay_ns = v;
	else if (option == OPT_LOSS)
		up->cable.loss = (double)v / (double)VALUE_WHOLE;
	else
		up->cable.rate_bps = v;
	return 0;
}

static int read_addresses(struct up *up, int option, const char *text)
{
	if (option == 'a' && ip4_net_parse(&up->cfg.address, text) &&
	    ip6_net_parse(&up->cfg.address6, text))
		return cli_usage("up",
				 "'%s' is no address with the length of "
				 "its net",
				 text);
	if (option == 'g' && ip4_parse(&up->cfg.gateway, text))
		return cli_usage("up", "'%s' is no address", text);
	if (option == 'm' && mac_parse(&up->cfg.mac, text))
		return cli_usage("up", "'%s' is no MAC address", text);
	return 0;
}

static int read_device(struct up *up, enum dev_kind kind, const char *name)
{
	if (up->cfg.device)
		return cli_usage("up", "one device: '%s' or '%s'?",
				 up->cfg.device, name);
	up->cfg.kind = kind;
	up->cfg.device = name;
	return 0;
}

static int read_queues(struct up *up, const char *text)
{
	unsigned long n;
	int bad = read_number(text, 1, DEV_QUEUES, &n);

	up->cfg.queues = (uint32_t)n;
	return bad;
}

static int read_option(struct up *up, int option, const char *text)
{
	switch (option) {
	case 't':
		return read_device(up, DEV_TAP, text);
	case 'a':
	case 'g':
	case 'm':
		return read_addresses(up, option, text);
	case 's':
		up->dir = text;
		return 0;
	case 'p':
		return read_port(text, &up->http_port);
	case 'e':
		return read_port(text, &up->echo_port);
	case 'u':
		return read_mtu(up, text);
	case OPT_OFFLOAD:
		up->cfg.has_offload = true;
		return 0;
	case OPT_THREAD:
		up->cfg.has_thread = true;
		return 0;
	case OPT_QUEUES:
		return read_queues(up, text);
	case OPT_DHCP:
		up->has_dhcp = true;
		return 0;
	case OPT_SERIAL:
		up->cfg.serial = text;
		return 0;
	case OPT_PPP:
		return up_ppp_read(&up->ppp, &up->cfg, text);
	case OPT_PING:
		return up_ppp_read_ping(&up->ppp, text);
	case OPT_JSON:
		up->is_json = true;
		return 0;
	case OPT_DELAY:
	case OPT_LOSS:
	case OPT_RATE:
		return read_cable(up, option, text);
	default:
		up->is_verbose = true;
		return 0;
	}
}

/* What goes with what.  -1: all is well. */
static int check_args(const struct up *up)
{
	if (up->cfg.serial &&
	    (up->cfg.device || up->cfg.address.len || up->has_dhcp ||
	     up->cfg.has_offload || up->cfg.gateway.v))
		return cli_usage("up",
				 "with --serial addresses come by PPP: see "
				 "--ppp");
	if (up->cfg.serial && up->is_json)
		return cli_usage("up", "what PPP says is no JSON: no --serial "
				       "with --json");
	if (up->cfg.serial)
		return -1;
	if (!up->cfg.device ||
	    (!up->cfg.address.len && !up->cfg.address6.len && !up->has_dhcp))
		return cli_usage("up",
				 "a device and --address or --dhcp are needed");
	if (up->cfg.kind == DEV_PCAP)
		return cli_usage("up", "a capture answers nobody; a lab can "
				       "replay one: uplink: {pcap: FILE}");
	if (up->cfg.kind == DEV_XDP && up->cfg.has_offload)
		return cli_usage("up", "xdp: knows whole frames only: no "
				       "--offload");
	if (up->cfg.queues > 1 && up->cfg.kind != DEV_TAP)
		return cli_usage("up", "--queues are of a TAP device");
	if (up->cfg.has_thread && up->cfg.kind != DEV_TAP)
		return cli_usage("up", "--thread is of a TAP device");
	if (up->has_dhcp && (up->cfg.address.len || up->cfg.gateway.v))
		return cli_usage("up", "who asks by --dhcp has no --address "
				       "of IPv4 and no --gateway");
	if (up->has_cable && up->cfg.has_offload)
		return cli_usage("up",
				 "a cable carries whole frames: no "
				 "--offload with --delay, --loss, --rate");
	return -1;
}

/* -1: go on. */
static int parse_args(int argc, char **argv, struct up *up)
{
	static const struct option longs[] = {
		{"tap", required_argument, NULL, 't'},
		{"address", required_argument, NULL, 'a'},
		{"dhcp", no_argument, NULL, OPT_DHCP},
		{"gateway", required_argument, NULL, 'g'},
		{"mac", required_argument, NULL, 'm'},
		{"serve", required_argument, NULL, 's'},
		{"port", required_argument, NULL, 'p'},
		{"echo", required_argument, NULL, 'e'},
		{"mtu", required_argument, NULL, 'u'},
		{"serial", required_argument, NULL, OPT_SERIAL},
		{"ppp", required_argument, NULL, OPT_PPP},
		{"ping", required_argument, NULL, OPT_PING},
		{"offload", no_argument, NULL, OPT_OFFLOAD},
		{"queues", required_argument, NULL, OPT_QUEUES},
		{"thread", no_argument, NULL, OPT_THREAD},
		{"delay", required_argument, NULL, OPT_DELAY},
		{"loss", required_argument, NULL, OPT_LOSS},
		{"rate", required_argument, NULL, OPT_RATE},
		{"json", no_argument, NULL, OPT_JSON},
		{"verbose", no_argument, NULL, 'v'},
		{0},
	};
	const char *name;
	int c, bad;

	opterr = 0;
	optind = 1;
	while ((c = getopt_long(argc, argv, ":v", longs, NULL)) != -1) {
		if (c == '?' || c == ':')
			return cli_usage("up", "what is '%s'?",
					 argv[optind - 1]);
		bad = read_option(up, c, optarg);
		if (bad)
			return bad;
	}
	if (optind < argc) {
		enum dev_kind kind = dev_parse(argv[optind], &name);

		bad = read_device(up, kind, name);
		if (bad)
			return bad;
	}
	if (optind + 1 < argc)
		return cli_usage("up", "what is '%s'?", argv[optind + 1]);
	return check_args(up);
}

static void on_stop(struct pace_fd *pfd, void *arg)
{
	struct up *up = arg;

	if (os_stop_asked(pfd->fd))
		pace_stop(&up->st.pace);
}

static int start_programs(struct up *up)
{
	/* One socket for both versions, whichever addresses there will be. */
	struct http_server_config http = {
		.local = {ip_addr_v6(IP6_ANY), up->http_port}};
	int err = loop_new(up->st.stack, &up->loop);

	if (!err && up->dir) {
		err = dir_site_new(up->dir, &up->st.mem, &up->site);
		up->is_said = err;
		if (err)
			fprintf(stderr, "weft up: %s: %s\n", up->dir,
				strerror(-err));
		http.source = up->site;
		if (!err)
			err = http_server_start(up->loop, &http, &up->http);
	}
	if (!err && up->echo_port)
		err = echo_start(up->loop, up->echo_port, &up->echo);
	return err;
}

static void stop_programs(struct up *up)
{
	echo_stop(up->echo);
	http_server_stop(up->http);
	if (up->loop)
		loop_free(up->loop);
	dir_site_free(up->site);
}

/* 0 or -errno. */
static int run(struct up *up, int stop)
{
	const struct up_say say = {
		.st = &up->st,
		.cfg = &up->cfg,
		.dir = up->dir,
		.http_port = up->http_port,
		.echo_port = up->echo_port,
		.is_json = up->is_json,
	};
	int err = start_programs(up);

	if (!err)
		err = pace_watch(&up->st.pace, &up->stop, stop, on_stop, up);
	if (!err) {
		up_say_ready(&say);
		up->dhcp.is_json = up->is_json;
		if (up->has_dhcp)
			err = up_dhcp_start(&up->dhcp, &up->st);
	}
	if (!err)
		err = pace_run(&up->st.pace);
	up_dhcp_stop(&up->dhcp);
	if (!err && (up->is_verbose || up->is_json))
		up_say_counts(&say);
	if (!err && up->st.is_gone)
		err = -ENODEV;
	up_ppp_stop(&up->ppp);
	stop_programs(up);
	return err;
}

/* What else could be the matter. */
static const char *hint(const struct up *up, int err)
{
	if (up->cfg.serial)
		return NULL;
	if (up->cfg.kind == DEV_TAP && (err == -EPERM || err == -EACCES))
		return "making a device takes root; ip tuntap add NAME mode "
		       "tap user USER makes one for USER";
	if (err == -EPERM || err == -EACCES)
		return "somebody else's wire takes root";
	if (up->cfg.kind == DEV_TAP && err == -EINVAL)
		return "a device that was made with multi_queue takes "
		       "--queues, and no other; with vnet_hdr, --offload";
	if (up->cfg.has_thread && err == -EOPNOTSUPP)
		return "--thread takes Linux 5.12, and the /sys of this "
		       "network namespace";
	if (up->cfg.kind == DEV_XDP &&
	    (err == -EAFNOSUPPORT || err == -EOPNOTSUPP || err == -ENOSYS))
		return "this kernel has no AF_XDP; packet: does without";
	return NULL;
}

static int complain(const struct up *up, int err)
{
	const char *device = up->cfg.serial ? up->cfg.serial : up->cfg.device;
	const char *more = hint(up, err);

	if (up->is_said)
		return CLI_FAILED;
	fprintf(stderr, "weft up: %s: %s\n", device,
		up->st.is_gone ? "the device is gone: removed, or it only fails"
			       : strerror(-err));
	if (more)
		fprintf(stderr, "(%s)\n", more);
	return CLI_FAILED;
}

static int bring_up(struct up *up)
{
	int stop = os_stop_open();
	int err = stop < 0 ? stop : station_open(&up->st, &up->cfg);
	size_t leaked = 0;

	if (!err) {
		err = run(up, stop);
		leaked = station_close(&up->st);
	}
	if (stop >= 0)
		os_stop_close(stop);
	if (err)
		return complain(up, err);
	if (leaked)
		fprintf(stderr, "weft up: packets leaked\n");
	return leaked ? CLI_FAILED : CLI_OK;
}

int cmd_up(int argc, char **argv)
{
	struct up up = {.http_port = PORT_HTTP};
	int status;

	if (argc > 1 &&
	    (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		fputs(help, stdout);
		return CLI_OK;
	}
	status = parse_args(argc, argv, &up);
	if (status >= 0)
		return status;
	if (up.has_cable)
		up.cfg.cable = &up.cable;
	if (up.cfg.serial)
		up_ppp_prepare(&up.ppp, &up.st, &up.cfg);
	return bring_up(&up);
}
