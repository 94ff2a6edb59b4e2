// SPDX-License-Identifier: MIT
/*
 * schema_ppp.c - what a lab file may say about PPP: the map `ppp` of a link, and
 * `pppoe` of a node
 */
#include "lab/schema.h"
#include "lab/schema_int.h"

/* clang-format off */
#define AT(member) .offset = offsetof(struct lab_ppp, member)

static const char *const auth_words[] = {
	[LAB_AUTH_NONE] = "none", [LAB_AUTH_PAP] = "pap",
	[LAB_AUTH_CHAP] = "chap", NULL};
static const char *const address_words[] = {"given", "static", NULL};
static const char *const truth_words[] = {"false", "true", NULL};

static const struct schema_field ppp_fields[] = {
	{"server", "the end that gives the other its address, and asks who it "
	 "is; default: the router, or the second", FIELD_NAME, AT(server)},
	{"auth", "how the other end has to prove who it is; pap sends the "
	 "secret as it is, chap does not", FIELD_WORD, AT(auth),
	 .preset = "none", .words = auth_words},
	{"name", "what the other end says it is called; default: its name",
	 FIELD_TEXT, AT(name)},
	{"secret", "what it knows; default: its name", FIELD_TEXT, AT(secret)},
	{"server-secret", "what the server thinks that it knows; default: "
	 "secret", FIELD_TEXT, AT(server_secret)},
	{"address", "whether the other end is given its address, or has it "
	 "from this file", FIELD_WORD, AT(address), .preset = "given",
	 .words = address_words},
	{"mru", "the longest packet that both ends ask for", FIELD_VALUE,
	 VALUE_SIZE, AT(mru)},
	{"echo", "an echo request so often, in whole seconds; 0: never",
	 FIELD_VALUE, VALUE_DURATION, AT(echo), "10s"},
	{"carrier", "true: a cut line, or a host that is off, is told by a "
	 "wire of its own", FIELD_WORD, AT(carrier), .preset = "true",
	 .words = truth_words},
	{"redial", "so long after it has ended the session begins anew; 0: "
	 "never", FIELD_VALUE, VALUE_DURATION, AT(redial), "5s"},
	{0}
};

#define OE(member) .offset = offsetof(struct lab_pppoe, member)

static const struct schema_field pppoe_fields[] = {
	{"on", "the LAN, or the node at the other end of the cable", FIELD_NAME,
	 OE(on), .is_needed = true},
	{"accounts", "it is the access concentrator: a name and its secret, "
	 "for all who may come", FIELD_PAIRS, OE(accounts)},
	{"address", "what it is called over there; the accounts get the "
	 "addresses after it; default: 10.64.0.1", FIELD_IP, OE(address),
	 .with = "accounts"},
	{"auth", "how who comes has to prove it", FIELD_WORD, OE(auth),
	 .preset = "chap", .words = auth_words, .with = "accounts"},
	{"name", "it comes, and says that this is its name", FIELD_TEXT,
	 OE(name)},
	{"secret", "what it knows; default: its name", FIELD_TEXT, OE(secret),
	 .with = "name"},
	{"service", "what the concentrator offers, or what is looked for; "
	 "default: any", FIELD_TEXT, OE(service)},
	{0}
};
/* clang-format on */

const struct schema_object schema_pppoe = {"PPPoE", "pppoe",
					   sizeof(struct lab_pppoe),
					   pppoe_fields, "accounts|name"};

const struct schema_object schema_ppp = {"PPP", "ppp", sizeof(struct lab_ppp),
					 ppp_fields, NULL};
