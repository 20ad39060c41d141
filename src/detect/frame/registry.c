/* registry.c - the detectors there are: every file of src/detect, as the build lists them (detectors.def, generated).
 */
#include <smtpscope/detector.h>

#include "base/str.h"

#define SC_DETECTOR(name) extern const struct sc_detector_class sc_detector_##name;
#include "detectors.def"
#undef SC_DETECTOR

const struct sc_detector_class *const sc_detectors[] = {
#define SC_DETECTOR(name) &sc_detector_##name,
#include "detectors.def"
#undef SC_DETECTOR
	NULL,
};

size_t sc_detector_count(void)
{
	return sizeof(sc_detectors) / sizeof(sc_detectors[0]) - 1;
}

size_t sc_detector_find(sc_str name)
{
	for (size_t i = 0; sc_detectors[i]; i++)
		if (sc_str_equal_nocase(name, sc_str_of(sc_detectors[i]->name)))
			return i;
	return SIZE_MAX;
}

const char *sc_severity_name(enum sc_severity severity)
{
	static const char *const names[] = {"info", "low", "medium", "high", "critical"};
	return names[severity];
}
