/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/texts.h - the texts a ruleset is made of: from folders, from the store, or built in.
 *
 * Order is by kind and path, never by the order of a directory.
 *
 * Lifetime:  the arena given.
 * Limits:    10,000 files, 16 MiB a file, folders 16 deep. Only YAML and GeoJSON files (.yaml, .yml, .geojson) of a
 *            commons folder and plugin.lua and YAML files in the folders of a plugins folder are read; its folder
 *            "template", which is there to be copied, is not.
 * Threads:   one thread at a time.
 */
#ifndef HYK_RUNTIME_TEXTS_H
#define HYK_RUNTIME_TEXTS_H

#include "policy/ruleset.h"
#include "store/store.h"

#define HYK_TEXTS_TEMPLATE "template"

struct hyk_texts {
	struct hyk_text_file *files;
	size_t n, room;
};

/* Adds the files of the two folders (either may be NULL). Messages name the paths as given. */
enum hyk_status hyk_texts_read_folders(struct hyk_texts *t, struct hyk_arena *arena, const char *commons_dir,
    const char *plugins_dir, struct hyk_diags *diags) HYK_MUST_CHECK;
/* Adds the files of one plugin's own folder, whatever it is called. */
enum hyk_status hyk_texts_read_plugin(struct hyk_texts *t, struct hyk_arena *arena, const char *dir,
    struct hyk_diags *diags) HYK_MUST_CHECK;
/* Adds what the store kept of a version. */
enum hyk_status hyk_texts_from_store(struct hyk_texts *t, struct hyk_arena *arena,
    const struct hyk_store_file *files, size_t n) HYK_MUST_CHECK;
/* The built-in root plugin and the engine's policy. NULL without memory. */
const struct hyk_source *hyk_texts_root_plugin(struct hyk_arena *arena) HYK_MUST_CHECK;
const struct hyk_source *hyk_texts_engine_policy(struct hyk_arena *arena) HYK_MUST_CHECK;
/* A quick mark of folders (names, sizes, times): differs when something may have changed. */
uint64_t hyk_texts_mark_folders(const char *commons_dir, const char *plugins_dir);

#endif
