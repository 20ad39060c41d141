"""abuse_scenes.py - scenes of abuse.py: who looks around (DETECTORS, section C)."""
from abuse_talk import HOUR, UNKNOWN, Scenes, mail, visit

SCENES = Scenes()
scene = SCENES.scene


# ---- recipient_harvest ----
def guesses(bad, good=0, client='203.0.113.7', over=300, each=1, reply=UNKNOWN, **more):
    """`bad` refused recipients and `good` ones, mixed, `each` a session."""
    def play(c):
        n = bad + good
        lines = [f'p{i}@example.org' if i * good // n != (i + 1) * good // n else (f'g{i}@example.org', reply) for i in range(n)]
        for i in range(0, n, each):
            visit(c, i * over / n, client, mail('a@partner.example', *lines[i:i + each]), **more)
    return play


scene('harvest: 11 of 12 refused', guesses(11, 1), 'recipient_harvest medium client 203.0.113.7 told=1 counts=10')
scene('harvest: near miss, 9', guesses(9))
