/* measure.c - how good and how fast the detectors are: measure SEED[-SEED] [EVENTS]
 *
 * For each seed the made-up day of cast.c, through all detectors: recall is the share of attackers that are told,
 * precision the share of subjects told that do what is said of them.  With SHOW=1 in the environment each miss and
 * each false alarm is printed with its scene.  Then EVENTS of a million sources (flood.c): nanoseconds an event,
 * memory, and whether the ten offenders are found.  Ends with 1 when recall or precision of a detector, of all seeds
 * together, is below 0.95, an offender is missed, or sensors tell something else together than
 * one that sees all. */
#include "detect/frame/detection.h"
#include "flood.h"
#include "judge.h"
#include "scene.h"

#define MOST_SENSORS 3

static struct sensor sensors[MOST_SENSORS];
static size_t sensor_count, detection_count; /* one for each, or one for all */
static uint32_t second;
static uint64_t digest; /* of all that was told, in its order */

static void add_to_digest(const void *octets, size_t len)
{
	for (size_t i = 0; i < len; i++)
		digest = (digest ^ ((const unsigned char *)octets)[i]) * UINT64_C(1099511628211);
}

static void on_finding(void *ctx, const struct sc_event *ev)
{
	const struct sc_ev_finding *f = ev->body;
	(void)ctx;
	add_to_digest(f->detector, strlen(f->detector));
	add_to_digest(f->severity, strlen(f->severity));
	add_to_digest(f->state, strlen(f->state));
	add_to_digest(f->subject.value.at, f->subject.value.len);
	add_to_digest(f->text.at, f->text.len);
	add_to_digest(&f->count, sizeof(f->count));
	judge_finding(f, second < WEEK_S);
}

static void passed(uint32_t now)
{
	second = now;
	for (size_t i = 0; i < detection_count; i++)
		sc_detection_class.tick(sensors[i].detection, T0 + now * SC_SECOND);
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

/* ---- sensors ---- */

static void *open_detection(const struct sc_observer_config *config)
{
	void *detection = calloc(1, sc_detection_class.size);
	if (!detection || sc_detection_class.open(detection, config) != SC_OK)
		exit(1);
	return detection;
}

static void open_sensors(const struct sc_observer_config *config, size_t count, bool together)
{
	sensor_count = count;
	detection_count = together ? 1 : count;
	for (size_t i = 0; i < count; i++) {
		struct sensor *s = &sensors[i];
		s->detection = i < detection_count ? open_detection(config) : sensors[0].detection;
		if (sc_sentry_open(&s->sentry, config->detect, config->seed, on_watched, s) != SC_OK)
			exit(1);
	}
	connect_sensors(sensors, count);
}

static void close_sensors(void)
{
	for (size_t i = 0; i < sensor_count; i++)
		sc_sentry_close(sensors[i].sentry);
	for (size_t i = 0; i < detection_count; i++) {
		sc_detection_class.close(sensors[i].detection);
		free(sensors[i].detection);
	}
}

/* ---- days ---- */

/* The day of that seed, as so many sensors see it; `done` is asked before it is forgotten. */
static double play(uint64_t seed, size_t count, bool together, double (*done)(uint64_t seed))
{
	struct sc_detect_settings *settings;
	if (sc_detect_settings_open(&settings) != SC_OK)
		exit(1);
	struct sc_observer_config config = {.seed = 7, .detect = settings, .tell = on_finding};
	roll(seed);
	cast_day(settings);
	open_sensors(&config, count, together);
	judge_begin();
	digest = 0;
	play_day(passed);
	play_evening();
	double result = done(seed);
	close_sensors();
	sc_detect_settings_close(settings);
	send_home();
	return result;
}

static double judge(uint64_t seed)
{
	return judge_day(seed, getenv("SHOW") != NULL);
}

static double judge_parts(uint64_t seed)
{
	(void)seed;
	return judge_recall();
}

static bool compare_sensors(uint64_t seed)
{
	bool good = true;
	double all = play(seed, 1, true, judge_parts);
	uint64_t whole = digest;
	printf("\nseed %llu, seen by one sensor: recall %.4f\n", (unsigned long long)seed, all);
	for (size_t n = 2; n <= MOST_SENSORS; n++) {
		play(seed, n, true, judge_parts);
		bool same = digest == whole;
		double apart = play(seed, n, false, judge_parts);
		printf("by %zu, together: %s; each by itself: recall %.4f\n", n, same ? "the same findings" : "OTHER FINDINGS", apart);
		good &= same;
	}
	return good;
}

int main(int argc, char **argv)
{
	char *end = NULL;
	uint64_t first = argc > 1 ? strtoull(argv[1], &end, 10) : 1,
		 last = end && *end == '-' ? strtoull(end + 1, NULL, 10) : first;
	uint64_t events = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	for (uint64_t seed = first; seed <= last; seed++)
		play(seed, 1, true, judge);
	bool good = judge_end();
	good &= compare_sensors(first);
	if (events)
		good &= flood_events(events);
	return good ? 0 : 1;
}
