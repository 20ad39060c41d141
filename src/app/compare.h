/* compare.h - the earlier report of --compare. */
#ifndef SC_APP_COMPARE_H
#define SC_APP_COMPARE_H

#include "model/earlier.h"

struct sc_compare {
	char *text; /* of the file */
	struct sc_earlier *earlier; /* NULL: there is no --compare */
};

/* What is wrong with the file is said.  Close in any case. */
sc_err sc_compare_open(struct sc_compare *c, const char *path);
void   sc_compare_close(struct sc_compare *c);

#endif
