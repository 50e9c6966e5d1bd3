/* SPDX-License-Identifier: Apache-2.0 */
/* identity/tokens_file.c - reading DIR/tokens. */
#include "identity/tokens_file.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/map.h"
#include "base/utf8.h"
#include "store/folder.h"
#include "value/value.h"

#define FILE_BYTES ((size_t)16 << 20)
#define FIELDS 5

static bool
is_plain(struct hyk_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
			return false;
	}
	return hyk_utf8_valid_prefix(s) == s.n;
}

bool
hyk_token_name_valid(struct hyk_str name)
{
	return name.n && name.n < sizeof(((struct hyk_caller *)0)->name) && name.p[0] != '#' && is_plain(name);
}

bool
hyk_token_commons_valid(struct hyk_str c)
{
	if (!c.n || c.n >= sizeof(((struct hyk_caller *)0)->commons) || c.p[0] == '/' || c.p[c.n - 1] == '/' ||
	    !is_plain(c))
		return false;
	return hyk_str_find(c, HYK_STR("//")) == SIZE_MAX;
}

enum hyk_status
hyk_token_stamp_take(const char *path, struct hyk_token_stamp *ret_stamp, struct hyk_diags *diags)
{
	struct stat s;

	if (stat(path, &s) != 0) {
		if (errno != ENOENT)
			return hyk_folder_failed(path, errno, diags);
		*ret_stamp = (struct hyk_token_stamp){ .missing = true };
		return HYK_E_NOT_FOUND;
	}
	*ret_stamp = (struct hyk_token_stamp){
		.device = s.st_dev,
		.inode = s.st_ino,
		.size = s.st_size,
		.mtime_s = s.st_mtim.tv_sec,
		.mtime_ns = s.st_mtim.tv_nsec,
		.ctime_s = s.st_ctim.tv_sec,
		.ctime_ns = s.st_ctim.tv_nsec,
		.mode = s.st_mode & 07777,
	};
	return HYK_OK;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Splits at blanks; the number found, at most FIELDS + 1. */
static size_t
split(struct hyk_str line, struct hyk_str fields[FIELDS])
{
	size_t n = 0, at = 0;

	while (n <= FIELDS) {
		size_t from;

		while (at < line.n && is_blank(line.p[at]))
			at++;
		if (at == line.n)
			break;
		for (from = at; at < line.n && !is_blank(line.p[at]); at++)
			continue;
		if (n < FIELDS)
			fields[n] = hyk_str_make(line.p + from, at - from);
		n++;
	}
	return n;
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
parse_hash(struct hyk_str hex, uint8_t out[HYK_SHA256_BYTES])
{
	if (hex.n != 2 * HYK_SHA256_BYTES)
		return false;
	for (size_t i = 0; i < HYK_SHA256_BYTES; i++) {
		int high = hex_digit(hex.p[2 * i]), low = hex_digit(hex.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

struct reading {
	const struct hyk_source *src;
	struct hyk_diags *diags;
	struct hyk_map names;
};

static bool
refuse(struct reading *r, struct hyk_str what, const char *why)
{
	struct hyk_span span = { (uint32_t)(what.p - r->src->text.p), (uint32_t)what.n };

	HYK_DIAG(r->diags, HYK_D_TOKENS_LINE, r->src, span, hyk_str_from_c(why));
	return false;
}

static bool
parse_line(struct reading *r, struct hyk_str line, struct hyk_token *t)
{
	struct hyk_str f[FIELDS];
	struct hyk_value created;
	size_t n = split(line, f);

	if (n != FIELDS)
		return refuse(r, line, n < FIELDS ? "something is missing" : "there is more than five parts");
	if (!hyk_token_name_valid(f[0]))
		return refuse(r, f[0], "not a name");
	if (!hyk_token_commons_valid(f[1]))
		return refuse(r, f[1], "not a path of a commons");
	if (hyk_rights_parse(f[2], &t->caller.rights, NULL) != HYK_OK)
		return refuse(r, f[2], "not a list of rights");
	if (!parse_hash(f[3], t->hash))
		return refuse(r, f[3], "not 64 hexadecimal digits");
	if (!hyk_timestamp_parse(f[4], &created))
		return refuse(r, f[4], "not a time");
	memcpy(t->caller.name, f[0].p, f[0].n);
	memcpy(t->caller.commons, f[1].p, f[1].n);
	return true;
}

static enum hyk_status
parse_lines(struct hyk_arena *a, struct reading *r, struct hyk_token_list *list)
{
	struct hyk_str text = list->text;
	size_t room = 0, at = 0;
	bool clean = true;

	while (at < text.n) {
		const char *end = memchr(text.p + at, '\n', text.n - at);
		size_t n = end ? (size_t)(end - text.p) - at : text.n - at, whole = end ? n + 1 : n;
		struct hyk_str line = hyk_str_make(text.p + at, n), bare = hyk_str_trim(line);
		struct hyk_token *t;
		enum hyk_status st;

		at += whole;
		if (!bare.n || bare.p[0] == '#')
			continue;
		if (list->n == HYK_TOKENS_MAX) {
			HYK_DIAG(r->diags, HYK_D_TOKENS_TOO_MANY, NULL, HYK_NO_SPAN, r->src->name, HYK_STR("100000"));
			return HYK_E_LIMIT;
		}
		if (list->n == room) {
			list->tokens = hyk_arena_grow(a, list->tokens, list->n, &room, sizeof(*list->tokens));
			if (!list->tokens)
				return HYK_E_NOMEM;
		}
		t = &list->tokens[list->n];
		memset(t, 0, sizeof(*t));
		if (!parse_line(r, line, t)) {
			clean = false;
			continue;
		}
		t->line = (struct hyk_span){ (uint32_t)(line.p - text.p), (uint32_t)whole };
		/* The key is the text's: the array moves when it grows. */
		bare = hyk_str_make(bare.p, strlen(t->caller.name));
		st = hyk_map_add(&r->names, bare, r);
		if (st == HYK_E_EXISTS) {
			HYK_DIAG(r->diags, HYK_D_TOKENS_DUPLICATE, r->src,
			    ((struct hyk_span){ (uint32_t)(bare.p - text.p), (uint32_t)bare.n }), bare);
			clean = false;
			continue;
		}
		if (st != HYK_OK)
			return st;
		list->n++;
	}
	return clean ? HYK_OK : HYK_E_INVALID;
}

enum hyk_status
hyk_token_list_read(struct hyk_arena *a, struct hyk_str dir, struct hyk_token_list *ret, struct hyk_diags *diags)
{
	const char *path = hyk_folder_path(a, dir, HYK_TOKENS_FILE, diags);
	struct reading r = { .diags = diags };
	struct hyk_token_stamp stamp;
	enum hyk_status st;
	char mode[16];

	*ret = (struct hyk_token_list){ .text = HYK_STR("") };
	if (!path)
		return HYK_E_NOMEM;
	st = hyk_token_stamp_take(path, &stamp, diags);
	if (st == HYK_E_NOT_FOUND) {
		ret->missing = true;
		return HYK_OK;
	}
	if (st != HYK_OK)
		return st;
	if (stamp.mode & 077) {
		snprintf(mode, sizeof(mode), "%04o", stamp.mode);
		HYK_DIAG(diags, HYK_D_TOKENS_OPEN_TO_OTHERS, NULL, HYK_NO_SPAN, hyk_str_from_c(path), hyk_str_from_c(mode));
		return HYK_E_DENIED;
	}
	st = hyk_file_read(a, hyk_str_from_c(path), FILE_BYTES, &ret->text, diags);
	if (st != HYK_OK)
		return st;
	r.src = hyk_source_new(a, hyk_str_from_c(path), ret->text);
	if (!r.src)
		return HYK_E_NOMEM;
	hyk_map_init(&r.names, a);
	return parse_lines(a, &r, ret);
}
