/* SPDX-License-Identifier: MIT */
#ifndef CLI_ASKER_H
#define CLI_ASKER_H

/*
 * asker.h - commands that are one line in the script of a lab: who says it,
 * when, and what is broken
 *
 *	asker_option()		for each option that the command does not know
 *	asker_load()		the lab, its script empty but for the faults
 *	lab_add_xxx()		the command's line; asker_complain() if it fails
 *	asker_begin()		the run
 *	lab_run_go(), asker_keep(), what the command has to say
 *	asker_end()
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/strbuf.h"

#include "lab/lab.h"

struct lab_run;

enum { ASKER_FAULTS_MAX = 16 };

/**
 * struct asker - what these commands are told alike
 * @command:	Which it is: "visit"
 * @lab:	File of the network; NULL: the one that is part of the program
 * @host:	Who asks; asker_load() chooses if nobody said
 * @dir:	Where the run is kept; asker_begin() takes the lab's name if nobody
 *		said
 * @faults:	What --fault says, @fault_count of them
 * @over:	-4 or -6
 * @seed:	Of the run; the lab's unless @has_seed
 * @is_json:	--json
 */
struct asker {
	const char *command, *lab, *host, *dir;
	const char *faults[ASKER_FAULTS_MAX];
	size_t fault_count;
	enum lab_over over;
	uint64_t seed;
	bool has_seed, is_json;
};

/* An option of getopt_long() that all take: 'l'ab, o'n', '4', '6', 'f'ault,
 * 'o'ut, 's'eed, 'j'son.  False: it is none of them, or its value is wrong. */
bool asker_option(struct asker *a, int c);

/**
 * asker_load() - Read the lab, choose who asks, and break what is to be broken
 * @a:		What was said
 * @lab:	Set; goes with lab_fini() in any case
 * @mem:	For both
 * @at_ns:	Set to when the command's line is to be said: when hosts have
 *		their addresses.  A lab with IPv6 needs a while until they have
 *		made them and know that they are free
 *
 * Return: CLI_OK, or the exit status after a complaint
 */
int asker_load(struct asker *a, struct lab *lab, struct mem *mem,
	       uint64_t *at_ns);

/* Complain of what lab_add_xxx() returned.  The exit status. */
int asker_complain(const struct asker *a, const struct lab *lab,
		   struct mem *mem, int err);

/* Make the folder and the run.  CLI_OK, or CLI_FAILED after a complaint. */
int asker_begin(struct asker *a, struct lab *lab, struct mem *mem,
		struct lab_run **run);

/* Write log and captures; @names gets what they are called.  0, or -errno after
 * a complaint. */
int asker_keep(const struct asker *a, struct lab_run *run,
	       struct strbuf *names);

/* Give the run back.  @status, or CLI_FAILED if packets were lost on the way. */
int asker_end(const struct asker *a, struct lab_run *run, int status);

#endif /* CLI_ASKER_H */
