// SPDX-License-Identifier: MIT
/*
 * plugin_sysctl.c - settings of the system that a script changes for Linux
 *
 * A script says `sysctl -q net.ipv4.tcp_sack=0`, and packetdrill lets a shell
 * do that to the kernel.  The plug-in reads the same files and does it to its
 * stack: every value that is not Linux's default, and those whose default
 * depends on the machine ("-" in the table) if they have changed since the
 * tool began.
 */

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

#include "wire/addr.h"

#include "drill/host.h"
#include "drill/plugin.h"

/* clang-format off */
static const struct {
	const char *name, *dflt;
} settings[] = {
	{"tcp_abort_on_overflow",	"0"},
	{"tcp_autocorking",		"1"},
	{"tcp_base_mss",		"1024"},
	{"tcp_comp_sack_delay_ns",	"1000000"},
	{"tcp_comp_sack_nr",		"44"},
	{"tcp_congestion_control",	"-"},
	{"tcp_dsack",			"1"},
	{"tcp_early_retrans",		"3"},
	{"tcp_ecn",			"2"},
	{"tcp_ecn_fallback",		"1"},
	{"tcp_fastopen",		"1"},
	{"tcp_fastopen_blackhole_timeout_sec", "0"},
	{"tcp_fin_timeout",		"60"},
	{"tcp_frto",			"2"},
	{"tcp_invalid_ratelimit",	"500"},
	{"tcp_keepalive_intvl",		"75"},
	{"tcp_keepalive_probes",	"9"},
	{"tcp_keepalive_time",		"7200"},
	{"tcp_limit_output_bytes",	"-"},
	{"tcp_max_reordering",		"300"},
	{"tcp_max_syn_backlog",		"-"},
	{"tcp_max_tw_buckets",		"-"},
	{"tcp_min_rtt_wlen",		"300"},
	{"tcp_min_snd_mss",		"48"},
	{"tcp_min_tso_segs",		"2"},
	{"tcp_moderate_rcvbuf",		"1"},
	{"tcp_mtu_probe_floor",		"48"},
	{"tcp_mtu_probing",		"0"},
	{"tcp_notsent_lowat",		"4294967295"},
	{"tcp_orphan_retries",		"0"},
	{"tcp_pacing_ca_ratio",		"120"},
	{"tcp_pacing_ss_ratio",		"200"},
	{"tcp_probe_interval",		"600"},
	{"tcp_probe_threshold",		"8"},
	{"tcp_recovery",		"1"},
	{"tcp_reordering",		"3"},
	{"tcp_retries1",		"3"},
	{"tcp_retries2",		"15"},
	{"tcp_rfc1337",			"0"},
	{"tcp_rmem",			"-"},
	{"tcp_rto_max_ms",		"120000"},
	{"tcp_rto_min_us",		"200000"},
	{"tcp_sack",			"1"},
	{"tcp_shrink_window",		"0"},
	{"tcp_slow_start_after_idle",	"1"},
	{"tcp_stdurg",			"0"},
	{"tcp_syn_retries",		"6"},
	{"tcp_synack_retries",		"5"},
	{"tcp_syncookies",		"1"},
	{"tcp_thin_linear_timeouts",	"0"},
	{"tcp_timestamps",		"1"},
	{"tcp_tw_reuse",		"2"},
	{"tcp_window_scaling",		"1"},
	{"tcp_wmem",			"-"},
	{"user_timeout_option",		"0"}, /* of ours: sysctl=/DIR */
};
/* clang-format on */
static_assert(ARRAY_SIZE(settings) <= PLUG_SYSCTLS, "room for all");

/* The text of a setting; empty if the system has none. */
static void read_setting(const struct plug_sysctl *s, size_t i,
			 char text[static PLUG_SYSCTL_TEXT])
{
	char path[512];
	char *c;
	FILE *f;

	text[0] = '\0';
	snprintf(path, sizeof(path), "%s/%s", s->dir, settings[i].name);
	f = s->dir[0] ? fopen(path, "re") : NULL;
	if (!f)
		return;
	if (!fgets(text, PLUG_SYSCTL_TEXT, f))
		text[0] = '\0';
	(void)fclose(f);
	for (c = text; *c && *c != '\n'; c++)
		if (*c == '\t')
			*c = ' ';
	*c = '\0';
}

void plug_sysctl_begin(struct plug_sysctl *s)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(settings); i++)
		read_setting(s, i, s->begin[i]);
}

void plug_sysctl_apply(struct plug_sysctl *s, struct drill_host *host)
{
	char text[PLUG_SYSCTL_TEXT];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		bool has_default = settings[i].dflt[0] != '-';

		read_setting(s, i, text);
		if (!text[0] ||
		    !strcmp(text, has_default ? settings[i].dflt : s->begin[i]))
			continue;
		if (drill_host_knob(host, settings[i].name, text))
			fprintf(stderr, "weft: net.ipv4.%s=%s is ignored\n",
				settings[i].name, text);
	}
}

static int bad_flag(const char *flag)
{
	fprintf(stderr,
		"weft: --so_flags: '%s' is none of local_ip=ADDRESS, "
		"mtu=OCTETS, offload=on and sysctl=off or a folder\n",
		flag);
	return -1;
}

static int one_flag(const char *flag, struct drill_config *cfg,
		    struct plug_sysctl *s)
{
	ip4_addr addr;
	char *end;

	if (!strncmp(flag, "local_ip=", 9) && !ip4_parse(&addr, flag + 9)) {
		cfg->local_ip = addr.v;
		return 0;
	}
	if (!strncmp(flag, "mtu=", 4)) {
		unsigned long mtu = strtoul(flag + 4, &end, 10);

		if (*end || mtu < 68 || mtu > 65535)
			return bad_flag(flag);
		cfg->mtu = (uint32_t)mtu;
		return 0;
	}
	if (!strcmp(flag, "offload=on")) {
		cfg->has_offload = true;
		return 0;
	}
	if (!strcmp(flag, "sysctl=off")) {
		s->dir[0] = '\0';
		return 0;
	}
	if (!strncmp(flag, "sysctl=/", 8) &&
	    strlen(flag + 7) < sizeof(s->dir)) {
		memcpy(s->dir, flag + 7, strlen(flag + 7) + 1);
		return 0;
	}
	return bad_flag(flag);
}

int plug_flags(const char *flags, struct drill_config *cfg,
	       struct plug_sysctl *s)
{
	char *copy, *flag, *rest;
	int ret = 0;

	snprintf(s->dir, sizeof(s->dir), "/proc/sys/net/ipv4");
	if (!flags)
		return 0;
	copy = strdup(flags);
	if (!copy)
		return -1;
	for (flag = strtok_r(copy, ", ", &rest); flag && !ret;
	     flag = strtok_r(NULL, ", ", &rest))
		ret = one_flag(flag, cfg, s);
	free(copy);
	return ret;
}
