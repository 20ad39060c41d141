/* paths.c - walks directories with a stack of its own: depth and number of files are bounded, whatever lies on the
 * disk.
 *
 * Names are compared as octets, not by locale, so that the same directory gives the same order everywhere. */
#include "input/paths.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"

#define DEPTH_MOST 64

struct directory {
	char           *name;
	struct dirent **entries; /* scandir(3) takes these with malloc */
	int             count, next;
};

struct walk {
	struct directory stack[DEPTH_MOST];
	size_t depth;
};

static char *join(const char *directory, const char *name)
{
	size_t head = strlen(directory), tail = strlen(name);
	bool slash = head > 0 && directory[head - 1] != '/';
	char *path = sc_memory_take(head + slash + tail + 1);
	if (!path)
		return NULL;
	memcpy(path, directory, head);
	if (slash)
		path[head] = '/';
	memcpy(path + head + slash, name, tail);
	return path;
}

static bool make_room(struct sc_paths *p)
{
	if (p->count < p->room)
		return true;
	size_t room = p->room ? 2 * p->room : 16;
	struct sc_path *larger = sc_memory_take(room * sizeof(*larger));
	if (!larger)
		return false;
	if (p->count)
		memcpy(larger, p->list, p->count * sizeof(*larger));
	sc_memory_give(p->list);
	p->list = larger;
	p->room = room;
	return true;
}

/* Takes over `path.name`. */
static sc_err add(struct sc_paths *p, struct sc_path path)
{
	if (!path.name || !make_room(p)) {
		sc_memory_give(path.name);
		return SC_EFAILED;
	}
	p->list[p->count++] = path;
	return SC_OK;
}

static int by_octets(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_child(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* Takes over `name`. */
static sc_err enter(struct walk *w, char *name, struct sc_tell *tell)
{
	if (!name)
		return SC_EFAILED;
	struct directory d = { .name = name };
	if (w->depth == DEPTH_MOST)
		sc_tell(tell, SC_EINPUT, name, "lies more than %d directories deep; name it on the command line",
			DEPTH_MOST);
	else if ((d.count = scandir(name, &d.entries, is_child, by_octets)) < 0)
		sc_tell(tell, SC_EINPUT, name, "the directory cannot be read: %s", strerror(errno));
	else {
		w->stack[w->depth++] = d;
		return SC_OK;
	}
	sc_memory_give(name);
	return SC_OK;
}

static void leave(struct walk *w)
{
	struct directory *d = &w->stack[--w->depth];
	while (d->next < d->count)
		free(d->entries[d->next++]);
	free(d->entries);
	sc_memory_give(d->name);
}

/* Takes over `path`, an entry of a directory.  Pipes and devices are passed over: opening one may wait for ever. */
static sc_err visit(struct walk *w, struct sc_paths *p, size_t word, char *path, struct sc_tell *tell)
{
	struct stat st;
	if (!path)
		return SC_EFAILED;
	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return enter(w, path, tell);
	if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
		return add(p, (struct sc_path){ path, word, false });
	sc_memory_give(path);
	return SC_OK;
}

static sc_err walk_all(struct walk *w, struct sc_paths *p, size_t word, struct sc_tell *tell)
{
	while (w->depth > 0) {
		struct directory *d = &w->stack[w->depth - 1];
		if (d->next == d->count) {
			leave(w);
			continue;
		}
		if (p->count >= SC_PATHS_MOST) {
			sc_tell(tell, SC_EINPUT, d->name, "more than %u files; the rest is left out", SC_PATHS_MOST);
			return SC_OK;
		}
		struct dirent *entry = d->entries[d->next++];
		char *path = join(d->name, entry->d_name);
		free(entry);
		SC_TRY(visit(w, p, word, path, tell));
	}
	return SC_OK;
}

static sc_err add_directory(struct sc_paths *p, const char *name, size_t word, struct sc_tell *tell)
{
	struct walk w = { .depth = 0 };
	size_t before = p->count;
	sc_err err = enter(&w, join(name, ""), tell);
	bool entered = w.depth > 0;
	if (!err)
		err = walk_all(&w, p, word, tell);
	while (w.depth > 0)
		leave(&w);
	if (!err && entered && p->count == before)
		sc_tell(tell, SC_EINPUT, name, "the directory holds no files");
	return err;
}

sc_err sc_paths_add(struct sc_paths *p, const char *word, size_t index, struct sc_tell *tell)
{
	struct stat st;
	if (strcmp(word, "-") != 0 && stat(word, &st) == 0 && S_ISDIR(st.st_mode))
		return add_directory(p, word, index, tell);
	return add(p, (struct sc_path){ join("", word), index, true });
}

void sc_paths_close(struct sc_paths *p)
{
	for (size_t i = 0; i < p->count; i++)
		sc_memory_give(p->list[i].name);
	sc_memory_give(p->list);
	*p = (struct sc_paths){ 0 };
}
