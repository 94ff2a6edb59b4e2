/* SPDX-License-Identifier: MIT */
#ifndef LAB_SCHEMA_H
#define LAB_SCHEMA_H

/*
 * schema.h - every key that a lab file may have, as a table
 *
 * The table drives all that depends on the form of the file: reading it
 * (schema_read.c), printing it back (schema_print.c), and the JSON Schema for
 * editors and generators (schema_json.c).  A new key is one row.
 */

#include "lab/spec.h"
#include "lab/tree.h"

struct schema_object;

enum field_type {
	FIELD_VALUE,  /* struct lab_num: number with the field's unit */
	FIELD_CMP,    /* struct lab_cmp: comparison, same unit */
	FIELD_FLAG,   /* struct lab_num: nothing, or a value of the unit */
	FIELD_WORD,   /* struct lab_num: index in the field's words */
	FIELD_TEXT,   /* struct lab_str: any text that is not empty */
	FIELD_NAME,   /* struct lab_str: name of a node or LAN */
	FIELD_DOMAIN, /* struct lab_str: a DNS name */
	FIELD_IP,     /* struct lab_ip */
	FIELD_NET,    /* struct lab_net */
	FIELD_IP6,    /* struct lab_ip6 */
	FIELD_NET6,   /* struct lab_net6: a /64, or auto */
	FIELD_MAC,    /* struct lab_mac */
	FIELD_WIRE,   /* struct lab_wire: a -- b */
	FIELD_NAMES,  /* struct lab_seq of struct lab_str; one name will do */
	FIELD_TEXTS,  /* the same, any texts */
	FIELD_GROUPS, /* struct lab_seq of struct lab_seq: lists of names */
	FIELD_PAIRS,  /* struct lab_seq of struct lab_pair: free keys */
	FIELD_OBJECT, /* a structure of the field's object */
	FIELD_MAP,    /* struct lab_seq of them, by name */
	FIELD_LIST,   /* struct lab_seq of them */
	FIELD_LINKS,  /* struct lab_seq of struct lab_link */
	FIELD_TREE,   /* struct tree *: not looked into */
};

/**
 * struct schema_field - one key
 * @key:	As written
 * @help:	What it is, for a person; half a sentence
 * @type:	How it is read
 * @unit:	Of FIELD_VALUE, FIELD_CMP, FIELD_FLAG
 * @offset:	Of its member in the object's structure
 * @preset:	Text of its default, or NULL
 * @words:	FIELD_WORD: what it may be, ends with NULL
 * @object:	FIELD_OBJECT, FIELD_MAP, FIELD_LIST, FIELD_LINKS
 * @with:	Keys of which one must stand beside it, "ping|visit", or NULL;
 *		@preset is used only then
 * @is_needed:	May not be left out
 * @may_be_empty: Texts of the list may be, if they are quoted
 */
struct schema_field {
	const char *key;
	const char *help;
	enum field_type type;
	enum value_unit unit;
	size_t offset;
	const char *preset;
	const char *const *words;
	const struct schema_object *object;
	const char *with;
	bool is_needed, may_be_empty;
};

/**
 * struct schema_object - one kind of map
 * @what:	What it is called in messages: "a LAN"
 * @id:		Its name in the JSON Schema
 * @size:	Octets of its structure
 * @fields:	Its keys, ends with a NULL key
 * @one_of:	Keys of which exactly one must stand there, "a|b|c", or NULL
 */
struct schema_object {
	const char *what;
	const char *id;
	size_t size;
	const struct schema_field *fields;
	const char *one_of;
};

extern const char *const schema_kinds[]; /* by enum lab_kind; NULL ends them */
extern const struct schema_object schema_lab;
extern const struct schema_object schema_repeat;
extern const struct schema_object schema_fault; /* of a line of the script */

/* What `repeat` says; its `as` is copied for each node. */
struct lab_repeat {
	struct lab_item item;
	struct lab_str i;
	struct lab_str node;
	struct lab_str join;
	struct lab_str link;
	const struct tree *as;
};

/* The member of @base that @f describes. */
static inline void *schema_member(const struct schema_field *f, void *base)
{
	return (char *)base + f->offset;
}

static inline const void *schema_member_const(const struct schema_field *f,
					      const void *base)
{
	return (const char *)base + f->offset;
}

/* Is the member set? */
bool schema_is_set(const struct schema_field *f, const void *base);

/* Field of that key, or NULL. */
const struct schema_field *schema_find(const struct schema_object *o,
				       const char *key);

/* The object of the lab's key, such as "nodes". */
const struct schema_object *schema_find_object(const char *key);

/* Is @key one of the words of "a|b|c"? */
bool schema_list_has(const char *list, const char *key);

/**
 * schema_read() - Fill a structure from a tree
 * @diag:	Errors go there; reading goes on after each
 * @o:		What @t should be
 * @t:		The tree
 * @into:	Zeroed structure of @o->size octets
 */
void schema_read(struct diag *diag, const struct schema_object *o,
		 const struct tree *t, void *into);

/* Set what is not set and has a preset; members that are objects too. */
void schema_fill(struct diag *diag, const struct schema_object *o, void *into);

/* Read one plain value into its member. */
void schema_read_scalar(struct diag *diag, const struct schema_field *f,
			const struct tree *t, void *member);

/* Append a structure as YAML that schema_read() reads back to the same. */
void schema_print(const struct schema_object *o, const void *from,
		  struct strbuf *out);

/* Append one plain value, quoted if need be. */
void schema_print_scalar(const struct schema_field *f, const void *member,
			 struct strbuf *out);

/* Append a text, in quotes if it would not be read back as it is. */
void schema_print_text(const char *text, struct strbuf *out);

/* Append every key with what it is, for a person. */
void schema_text(struct strbuf *out);

/* Append the JSON Schema (draft 2020-12) of a lab file. */
void schema_json(struct strbuf *out);

#endif /* LAB_SCHEMA_H */
