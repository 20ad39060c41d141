/* certificates.h - certificates of servers that will make trouble soon, or do already for those who verify: `cert_problem`. */
#ifndef SC_STORY_CERTIFICATES_H
#define SC_STORY_CERTIFICATES_H

#include <smtpscope/observer.h>

extern const struct sc_observer_class sc_certificates_class;

#endif
