/* measure.c - how good and how fast the detectors are: measure SEED[-SEED] [EVENTS]
 *
 * For each seed the made-up day of cast.c, through all detectors: recall is the share of attackers that are told,
 * precision the share of subjects told that do what is said of them.  With SHOW=1 in the environment each miss and
 * each false alarm is printed with its scene.  Then EVENTS of a million sources (flood.c): nanoseconds an event,
 * memory, and whether the ten offenders are found.  Ends with 1 when recall or precision of a detector, of all seeds
 * together, is below 0.95, or an offender is missed. */
#include "detect/frame/detection.h"
#include "flood.h"
#include "judge.h"
#include "scene.h"

static struct sensor sensor;
static uint32_t second;

static void on_finding(void *ctx, const struct sc_event *ev)
{
	(void)ctx;
	judge_finding(ev->body, second < WEEK_S);
}

static void passed(uint32_t now)
{
	second = now;
	sc_detection_class.tick(sensor.detection, T0 + now * SC_SECOND);
}

/* What is awaited may come, or not: somebody else's mail goes on. */
static void play_evening(void)
{
	for (uint32_t s = WEEK_S + DAY_S; s < WEEK_S + DAY_S + EVENING_S; s += 120) {
		static const struct sc_ip other = {{198, 19, 0, 1}, 4}, mx = {{192, 0, 2, 25}, 4};
		set_clock(s);
		passed(s);
		arrive(other, mx, 25, "mx.evening.example");
		mail("ann@evening.example", "user1@" OURS, "accepted", NULL);
		leave();
	}
}

static void measure(uint64_t seed, bool show)
{
	struct sc_detect_settings *settings;
	if (sc_detect_settings_open(&settings) != SC_OK)
		exit(1);
	struct sc_observer_config config = {.seed = 7, .detect = settings, .tell = on_finding};
	roll(seed);
	cast_day(settings);
	sensor.detection = calloc(1, sc_detection_class.size);
	if (!sensor.detection || sc_detection_class.open(sensor.detection, &config) != SC_OK ||
	    sc_sentry_open(&sensor.sentry, settings, 7, on_watched, &sensor) != SC_OK)
		exit(1);
	connect_sensors(&sensor, 1);
	judge_begin();
	play_day(passed);
	play_evening();
	judge_day(seed, show);
	sc_sentry_close(sensor.sentry);
	sc_detection_class.close(sensor.detection);
	free(sensor.detection);
	sc_detect_settings_close(settings);
	send_home();
}

int main(int argc, char **argv)
{
	char *end = NULL;
	uint64_t first = argc > 1 ? strtoull(argv[1], &end, 10) : 1,
		 last = end && *end == '-' ? strtoull(end + 1, NULL, 10) : first;
	uint64_t events = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	for (uint64_t seed = first; seed <= last; seed++)
		measure(seed, getenv("SHOW") != NULL);
	bool good = judge_end();
	if (events)
		good &= flood_events(events);
	return good ? 0 : 1;
}
