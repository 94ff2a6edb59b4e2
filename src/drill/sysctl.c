// SPDX-License-Identifier: MIT
/*
 * sysctl.c - `shell commands` that set what Linux would be told
 *
 * No shell is run.  A command is understood when it is one of
 *
 *	sysctl -q [-w] net.ipv4.tcp_sack=0 [...]
 *	echo 0 > /proc/sys/net/ipv4/tcp_sack
 *	.../set_sysctls.py /proc/sys/net/ipv4/tcp_sack=0 [...]
 *	.../defaults.sh		every stack begins with its defaults
 *
 * several of them one behind the other, by lines, ";" or "&&".  Anything else
 * is an error: a script that silently lacks a part of itself proves nothing.
 */

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "drill/scan.h"

#define WORDS_MAX 32

/* One command, cut into words. */
struct command {
	size_t at[WORDS_MAX]; /* where in the script */
	const char *word[WORDS_MAX];
	size_t count;
};

static bool ends_command(const struct scan *s)
{
	char c = scan_peek(s, 0);

	return s->at >= s->len || c == '`' || c == ';' || c == '\n' ||
	       (c == '&' && scan_peek(s, 1) == '&');
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* A word without its quotes. */
static int read_word(struct scan *s, struct command *cmd)
{
	char text[512], quote = 0;
	size_t n = 0;

	if (cmd->count == WORDS_MAX)
		return scan_fail_at(s, s->at, "too many words");
	cmd->at[cmd->count] = s->at;
	while (quote ? s->at < s->len && scan_peek(s, 0) != '`'
		     : !ends_command(s) && !is_blank(scan_peek(s, 0))) {
		char c = s->text[s->at++];

		if (quote ? c == quote : c == '"' || c == '\'') {
			quote = quote ? 0 : c;
			continue;
		}
		if (n == sizeof(text))
			return scan_fail_at(s, s->at, "this word is too long");
		text[n++] = c;
	}
	cmd->word[cmd->count] = arena_text(s->arena, text, n);
	return cmd->word[cmd->count++] ? 0 : -ENOMEM;
}

static int read_command(struct scan *s, struct command *cmd)
{
	cmd->count = 0;
	while (!ends_command(s)) {
		int err;

		if (is_blank(scan_peek(s, 0))) {
			s->at++;
			continue;
		}
		err = read_word(s, cmd);
		if (err)
			return err;
	}
	return 0;
}

static int add_knob(struct scan *s, struct drill_script *script,
		    const struct drill_when *when, const struct drill_knob *k)
{
	void *events = script->events;
	struct drill_event *ev =
		arena_append(s->arena, &events, &script->count, sizeof(*ev));

	if (!ev)
		return -ENOMEM;
	script->events = events;
	ev->kind = DE_KNOB;
	ev->when = *when;
	ev->knob = arena_alloc(s->arena, 1, sizeof(*k));
	ev->text = arena_printf(s->arena, "sysctl %s=%s", k->name, k->value);
	if (!ev->knob || !ev->text)
		return -ENOMEM;
	*ev->knob = *k;
	return 0;
}

/* "net.ipv4.tcp_sack" of it, or of /proc/sys/net/ipv4/tcp_sack. */
static const char *knob_name(struct scan *s, const char *text, size_t len)
{
	static const char proc[] = "/proc/sys/";
	char *name, *c;

	if (len > sizeof(proc) - 1 && !memcmp(text, proc, sizeof(proc) - 1)) {
		text += sizeof(proc) - 1;
		len -= sizeof(proc) - 1;
	}
	name = arena_text(s->arena, text, len);
	for (c = name; c && *c; c++)
		if (*c == '/')
			*c = '.';
	return name;
}

/* name=value */
static int add_setting(struct scan *s, struct drill_script *script,
		       const struct drill_when *when, const struct command *cmd,
		       size_t i)
{
	const char *word = cmd->word[i], *eq = strchr(word, '=');
	struct drill_knob k;
	struct drill_event *ev;
	int err;

	if (!eq)
		return scan_fail_at(s, cmd->at[i],
				    "expected name=value, but "
				    "here is '%.40s'",
				    word);
	k.name = knob_name(s, word, (size_t)(eq - word));
	k.value = eq + 1;
	if (!k.name)
		return -ENOMEM;
	err = add_knob(s, script, when, &k);
	if (err)
		return err;
	ev = &script->events[script->count - 1];
	ev->pos = scan_pos_at(s, cmd->at[i]);
	return 0;
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && !strcmp(text + n - m, end);
}

static int add_echo(struct scan *s, struct drill_script *script,
		    const struct drill_when *when, const struct command *cmd)
{
	struct drill_knob k = {.value = cmd->word[1]};
	int err;

	if (cmd->count != 4 || strcmp(cmd->word[2], ">") != 0)
		return scan_fail_at(s, cmd->at[0],
				    "expected: echo VALUE > /proc/sys/...");
	k.name = knob_name(s, cmd->word[3], strlen(cmd->word[3]));
	if (!k.name)
		return -ENOMEM;
	err = add_knob(s, script, when, &k);
	if (!err)
		script->events[script->count - 1].pos =
			scan_pos_at(s, cmd->at[3]);
	return err;
}

static int run_command(struct scan *s, struct drill_script *script,
		       const struct drill_when *when, const struct command *cmd)
{
	const char *name = cmd->word[0];
	size_t i;

	if (ends_with(name, "defaults.sh") && cmd->count == 1)
		return 0;
	if (!strcmp(name, "echo"))
		return add_echo(s, script, when, cmd);
	if (!strcmp(name, "sysctl") || ends_with(name, "set_sysctls.py")) {
		for (i = 1; i < cmd->count; i++) {
			int err = 0;

			if (cmd->word[i][0] != '-')
				err = add_setting(s, script, when, cmd, i);
			if (err)
				return err;
		}
		return 0;
	}
	return scan_fail_at(s, cmd->at[0],
			    "no shell is run here: sysctl, echo > /proc/sys, "
			    "set_sysctls.py and defaults.sh are understood, "
			    "but not '%.40s'",
			    name);
}

int drill_parse_shell(struct scan *s, struct drill_script *script,
		      const struct drill_when *when)
{
	size_t from = s->at;

	s->at++;
	while (s->at < s->len && scan_peek(s, 0) != '`') {
		struct command cmd;
		int err;

		if (isspace((unsigned char)scan_peek(s, 0)) ||
		    scan_peek(s, 0) == ';' || scan_peek(s, 0) == '&') {
			s->at++;
			continue;
		}
		err = read_command(s, &cmd);
		if (!err && cmd.count)
			err = run_command(s, script, when, &cmd);
		if (err)
			return err;
	}
	if (s->at >= s->len)
		return scan_fail_at(s, from, "this command does not end: '`'");
	s->at++;
	return 0;
}
