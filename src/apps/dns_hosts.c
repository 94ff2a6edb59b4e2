// SPDX-License-Identifier: MIT
/*
 * dns_hosts.c - the hosts file
 *
 * Theory of operation
 * ===================
 * The oldest directory of the net (RFC 952) is a file, and is still asked
 * first.  It is read once into an array in the order of the file; the first
 * line that has a name counts, as everywhere.
 */

#include "apps/dns_hosts.h"

#include <errno.h>
#include <string.h>

static const char spaces[] = " \t\r\f\v";

void dns_hosts_init(struct dns_hosts *h, struct mem *mem)
{
	*h = (struct dns_hosts){.mem = mem};
}

void dns_hosts_fini(struct dns_hosts *h)
{
	mem_free(h->mem, h->hosts, h->room * sizeof(*h->hosts));
	dns_hosts_init(h, h->mem);
}

static int add(struct dns_hosts *h, const struct dns_name *name,
	       struct ip_addr addr)
{
	size_t room = h->room ? 2 * h->room : 8;
	struct dns_host *more;

	if (h->count == DNS_HOSTS_MAX)
		return -ENOSPC;
	if (h->count == h->room) {
		more = mem_alloc_array(h->mem, room, sizeof(*more));
		if (!more)
			return -ENOMEM;
		if (h->count)
			memcpy(more, h->hosts, h->count * sizeof(*more));
		mem_free(h->mem, h->hosts, h->room * sizeof(*h->hosts));
		h->hosts = more;
		h->room = room;
	}
	h->hosts[h->count++] = (struct dns_host){*name, addr};
	return 0;
}

/* The next word of a line into @word; its length, 0 at the end, -EINVAL. */
static int next_word(const char **at, const char *end, char *word, size_t size)
{
	const char *s = *at;
	size_t n = 0;

	while (s < end && strchr(spaces, *s))
		s++;
	while (s + n < end && !strchr(spaces, s[n]))
		n++;
	*at = s + n;
	if (n >= size)
		return -EINVAL;
	memcpy(word, s, n);
	word[n] = 0;
	return (int)n;
}

static int parse_line(struct dns_hosts *h, const char *at, const char *end)
{
	const char *comment = memchr(at, '#', (size_t)(end - at));
	char word[DNS_NAME_MAX + 1];
	struct ip_addr addr;
	struct dns_name name;
	int n, names = 0;

	if (comment)
		end = comment;
	n = next_word(&at, end, word, sizeof(word));
	if (n <= 0)
		return n;
	if (ip_addr_parse(&addr, word))
		return -EINVAL;
	while ((n = next_word(&at, end, word, sizeof(word))) > 0) {
		if (dns_name_parse(&name, word))
			return -EINVAL;
		n = add(h, &name, addr);
		if (n)
			return n;
		names++;
	}
	return n ? n : names ? 0 : -EINVAL;
}

int dns_hosts_parse(struct dns_hosts *h, const char *text, int *line)
{
	struct dns_hosts made;
	int count = 0, rc = 0;
	size_t n;

	dns_hosts_init(&made, h->mem);
	while (*text && !rc) {
		n = strcspn(text, "\n");
		rc = parse_line(&made, text, text + n);
		text += n + (text[n] == '\n');
		count++;
	}
	if (rc) {
		dns_hosts_fini(&made);
		if (line)
			*line = count;
		return rc;
	}
	dns_hosts_fini(h);
	*h = made;
	return 0;
}

const struct ip_addr *dns_hosts_find(const struct dns_hosts *h,
				     const struct dns_name *name,
				     enum ip_family family)
{
	size_t i;

	for (i = 0; i < h->count; i++)
		if (dns_name_eq(&h->hosts[i].name, name) &&
		    (!family || h->hosts[i].addr.family == family))
			return &h->hosts[i].addr;
	return NULL;
}
