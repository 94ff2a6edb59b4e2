/* SPDX-License-Identifier: MIT */
#ifndef REAL_TAP_PEER_H
#define REAL_TAP_PEER_H

/*
 * tap_peer.h - what the modes of tap-peer share
 */

#include <stdint.h>

#include "cli/station.h"
#include "lab/value.h"

/* Our end. */
extern struct station st;

/* End with a sentence and status 1. */
void die(const char *format, ...) __attribute__((format(printf, 1, 2)))
__attribute__((__noreturn__));

/* A number with its unit, as lab files have it; or the end. */
uint64_t number(const char *text, enum value_unit unit);
int count_of(const char *text);
struct endpoint peer_of(const char *host, const char *port);

/* Let the network run, and wait until one of these descriptors is ready for its
 * events; those below 0 are left out. */
void await(const int *fds, const uint32_t *events, int count);

/* group: see tap_group.c */
void mode_group(char **argv);

/* many HOST PORT COUNT OCTETS */
void mode_many(char **argv);

#endif /* REAL_TAP_PEER_H */
