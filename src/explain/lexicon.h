/* lexicon.h - words of many languages for the things that refusals speak of, and for what is wrong with them: word
 * lists for rules (ruleset.c), written as the plain text has them (plain.h: small letters, no accents, Latin script).
 *
 * They are stems: "desactiv" is found in French and in Spanish, in a participle and in a noun.  A stem that would be
 * found inside a common word of another language is bound with '~'. */
#ifndef SC_EXPLAIN_LEXICON_H
#define SC_EXPLAIN_LEXICON_H

/* ---- what is spoken of ---- */

#define SC_LEX_MAILBOX \
	"mailbox|mail box|mail-box|inbox|maildrop|mail drop|maildir|~user|recipient|~rcpt~|addressee|account|" \
	"subscriber|customer|~alias|local part|local-part|email address|e-mail address|mail address|postfach|" \
	"empfang|empfaeng|benutzer|~konto|boite|destinat|utilisateur|~compte~|~adresse|casella|utente|indirizzo|" \
	"usuario|buzon|casilla|cuenta|direccion|~conta~|caixa|endereco|skrzynk|odbiorc|uzytkownik|schrank|prijem|" \
	"uzivatel|ucet~|postvak|ontvanger|gebruiker|geadresseerde|mottagar|modtager|mottaker|brevlad|postkass|" \
	"postboks|anvandar|~bruker|vastaanottaj|postilaatik|felhasznal|kullanici|~hesap|~alici~|~kutu|polzovatel|" \
	"poluchatel|adresat|yashik|yashchik|uchetn|~utilizator|~korisnik"
#define SC_LEX_SENDER \
	"~envelope|send as|as yourself|~sender|mail from|mailfrom|envelope from|envelope-from|from address|" \
	"from header|return path|return-path|reverse-path|reverse path|originator|expediteur|emetteur|absender|" \
	"mittente|remitente|remetente|nadawc|odesilatel|afzender|avsandare|afsender|avsender|otpravitel|~gonderen"
#define SC_LEX_CLIENT \
	"~ip~|~ips~|ip address|ip-address|~client|your host|your server|your mail server|your network|" \
	"your system|your provider|your isp|sending server|sending host|sending mta|remote host|connecting host|" \
	"adresse ip|direccion ip|indirizzo ip|endereco ip|ip-adres|adres ip|~ip adres"
#define SC_LEX_MESSAGE \
	"message|~mail~|~mails~|~email~|~emails~|~e-mail~|nachricht|messaggi|mensaje|mensagen|mensagem|courrier|" \
	"courriel|wiadomosc|zprav|bericht|meddelande|meddelelse|~melding|viesti|~pismo|~pisma|~pisem|soobshch|" \
	"ileti~|uzenet|levele"
#define SC_LEX_DOMAIN \
	"domain|~dominio|domaine|~domena|~domeny|~domenu|~domein|~doman|~alan adi|~domen~|~host name"
#define SC_LEX_ATTACHMENT \
	"zip file|~archive|executable|~macro|~makro|attach|~file~|~files~|filename|anhang|piece jointe|" \
	"pieces jointes|fichier|allegat|adjunt|archivo|anexo|arquivo|zalaczn|priloh|bijlage|bestand~|bilag|" \
	"vedlegg|vlozhen|~ek dosya"
#define SC_LEX_RECIPIENTS \
	"recipients|~rcpts|rcpt commands|addressees|destinataires|destinatarios|destinatari~|empfanger|odbiorcow|" \
	"prijemcu|ontvangers|mottagare|modtagere|mottakere|poluchatel"
#define SC_LEX_CONNECTIONS \
	"~connections|connection|~connects|~sessions|session limit|connexion|conexion|conexoes|connession|" \
	"verbindung|polaczen|spojeni|verbinding|anslutning|forbindelse|soedinen|baglanti|~channels|~slots|" \
	"~threads|concurren|simultane"
#define SC_LEX_LOGIN \
	"sign in|signed in|sign-in|signed on|log in|log on|logged in|logging in|cram-md5|digest-md5|~scram-|" \
	"~ntlm~|gssapi|password|passphrase|~login|~logon|credential|authenticat|authentif|~auth~|username|" \
	"user name|passwort|kennwort|mot de passe|contrasena|senha|~haslo|~heslo|wachtwoord|losenord|~parol|" \
	"~sifre|anmeld|autentic|uwierzytel|autoryz|~overeni|avtoriz|autentis|kimlik"
#define SC_LEX_FORM \
	"~lf~|~cr~|from: header|~from:|header|~mime|~line|~lines|rfc|format|charset|encoding|boundary|~body|" \
	"~crlf|~8bit|~8-bit|~utf-8|~unicode|message-id|~subject|~date|characters|entete|en-tete|kopfzeil|cabecer|" \
	"cabecalh|intestazion|naglow|hlavick"
#define SC_LEX_COMMAND \
	"command|syntax|sequence|parameter|argument|~smtp protocol|~verb~|~data~|~rset|~vrfy|~expn|pipelin|" \
	"befehl|commande|comando|polecen|prikaz|opdracht|~komand"

/* ---- what is wrong ---- */

#define SC_LEX_UNKNOWN \
	"not be reached|unreachable|no match|nowhere|only send as|unknown|not found|notfound|~no such|no user|" \
	"no mailbox|no account|not exist|n't exist|nt exist|not exsist|nonexist|non-exist|non exist|invalid|" \
	"not valid|isn't valid|not known|no record|not have|n't have|unrecogni|not recogni|could not be found|" \
	"couldn't be found|cannot find|can't find|unable to find|not match|not registered|unregistered|" \
	"not listed|wrong|mistyped|misspel|incorrect|illegal|~bad~|malformed|not local|not here|nobody|no one|" \
	"not belong|undeliver|unrout|not deliver|unresolv|not resolve|n't resolve|no mx|unbekannt|" \
	"existiert nicht|ungultig|ungueltig|nicht gefunden|nicht vorhanden|gibt es nicht|falsch|inconnu|n'existe|" \
	"introuvable|invalide|inexistant|desconocid|no existe|inexistent|no encontrad|no valid|desconhecid|" \
	"nao existe|nao encontrad|sconosciut|non esiste|inesistent|non valid|non trovat|errat|nieznan|" \
	"nie istnieje|nie znalezion|niepoprawn|nieprawid|nie ma takiego|neexist|neznam|nenalezen|neplatn|" \
	"onbekend|bestaat niet|ongeldig|niet gevonden|okand|okant|finns inte|hittades inte|ukendt|findes ikke|" \
	"ukjent|finnes ikke|ugyldig|tuntemat|ei ole olemassa|ismeretlen|nem letez|bilinmeyen|bulunamad|~yok~|" \
	"gecersiz|ne sushchestvuet|ne sushestvuet|ne nayden|ne naiden|neizvest|nevern|ne zaregistrir|takogo"
#define SC_LEX_DISABLED \
	"shut down|avstang|lapsed|switched off|disabl|deactiv|de-activ|inactiv|not active|suspend|~locked|frozen|" \
	"expired|closed|terminat|discontinu|retired|~moved|no longer|cancel|dormant|deleted|removed|abandoned|" \
	"archiv|unavailable at|blocked due|deaktiv|gesperrt|stillgelegt|geschlossen|geloscht|abgemeldet|desactiv|" \
	"~ferme|supprim|resilie|cerrad|deshabilit|inhabilit|bloquead|encerrad|desativ|disattiv|disabilit|sospes|" \
	"chius|scadut|zablok|nieaktyw|usuniet|wygas|zrusen|blokov|neaktivn|opgeheven|geblokkeerd|uitgeschakeld|" \
	"avstangd|sparrad|inaktiv|lukket|sperret|devre disi|kapali|kapatil|askiya|zablokir|otklyuch|udalen|" \
	"otklucen"
#define SC_LEX_FULL \
	"past its limit|beyond its limit|stored messages|maximum of stored|preplne|~full~|quota|over limit|" \
	"overlimit|over the limit|limit reached|no space|no room|out of space|out of room|storage|overflow|" \
	"free space|disk space|exhaust|capacity|~voll~|erschopft|uberfullt|speicher|~plein|satur|depass|~lleno|" \
	"~llena|sin espacio|~cuota|excedid|~cheia|~cheio|lotad|esgotad|~cota~|~piena|~pieno|esaurit|~peln|" \
	"przepeln|brak miejsca|~plna|~vol~|~fuld|~tele~|~taynna|megtelt|~dolu|perepoln|prevysh|kvot"
#define SC_LEX_REFUSED \
	"not take|n't take|not taken|takes no|takes nothing|not want|not let through|not allowed|n't allowed|" \
	"not permitted|not authori|unauthori|denied|denies|~deny|refus|reject|prohibit|forbid|block|not accept|" \
	"n't accept|unaccept|disallow|banned|restrict|abgelehnt|verweiger|nicht erlaubt|nicht gestattet|gesperrt|" \
	"interdit|bloqu|rechazad|denegad|no permitid|no autoriz|prohibid|recusad|rejeitad|negad|proibid|" \
	"nao permitid|nao autoriz|rifiutat|respint|non consent|non autoriz|vietat|bloccat|odrzucon|niedozwol|" \
	"zabronion|zablokow|odmitnut|zakazan|neni povolen|geweigerd|niet toegestaan|~nekad|avvis|afvist|~spar|" \
	"otklonen|otkaz|zapreshch|zapreshen|~reddedil|engellen"
#define SC_LEX_TOO_MANY \
	"went over|allows|used up|reached|erreicht|atteint|alcanzad|raggiunt|osiagniet|prekrocen|bereikt|" \
	"too many|too much|exceed|maximum|~max~|limit|that many|excessive|at most|no more than|only accept|" \
	"trop de|zu viele|zuviele|demasiad|exceso|excesso|muitos|muitas|tropp|zbyt wiel|zbyt duzo|prilis|te veel|" \
	"for manga|for mange|liian mont|slishkom mnogo|~cok fazla|tul sok"
#define SC_LEX_TOO_LARGE \
	"too big|too large|too long|larger|bigger|oversize|~size|~mb~|~kb~|megabyte|kilobyte|bytes|octets|taille|" \
	"trop gros|trop grand|volumin|zu gros|~grosse|tamano|grande|tamanho|dimension|te groot|~duza|~duzy|" \
	"rozmiar|velikost|velka|~for stor|liian suur|tul nagy|slishkom bolsh|razmer|~buyuk"
#define SC_LEX_RATE \
	"versandlimit|sendelimit|allowance|mails in|messages in|for today|today|fur heute|per hour|an hour|" \
	"per minute|per day|a day|hourly|daily|this hour|last hour|~hours|~rate~|~rates~|too fast|too quick|" \
	"too often|frequen|throttl|~slow|~burst|velocity|in a short|volume|par heure|pro stunde|pro tag|por hora|" \
	"por dia|all'ora|al giorno|na godzin|dziennie|za hodin|per uur|per dag|per timme|v chas|saatlik"
#define SC_LEX_FAILED \
	"~down~|unavailable|refused|not offered|not match|disabled|fail|incorrect|invalid|wrong|not accept|" \
	"rejected|denied|~bad~|mismatch|unsuccess|error|expired|revoked|falsch|fehlgeschlagen|echec|erreur|" \
	"no valid|errat|non valid|nieprawid|bledn|nie powiod|spatn|neplatn|selhal|ongeldig|onjuist|mislukt|~fel~|" \
	"felaktig|misslyck|~feil|nevern|oshib|hatali|gecersiz|basarisiz|inval"
#define SC_LEX_REQUIRED \
	"have to|without login|only users|only after|needs|required|only allowed with|only with|~must|~need|" \
	"please|first|mandatory|necess|obligat|erforderlich|notwendig|requis|requier|richiest|wymag|vyzad|" \
	"vereist|nodig|~kravs|~kreves|trebuet|~gerek|neobhodim"
#define SC_LEX_BAD_FORM \
	"cannot be read|could not be read|~no from|~no date|~no subject|~no message-id|~two |twice|more than one|" \
	"octets long|characters long|lf without|cr without|invalid|malformed|missing|duplicate|multiple|too long|illegal|" \
	"not allowed|not permitted|broken|corrupt|violat|complian|conform|not valid|improper|incorrect|unparse|" \
	"cannot parse|could not parse|unexpected|~bad~|forbidden|non-ascii|no valid|lacks|ungultig|fehlt|manqu|" \
	"falta|mancant|brak~|chybi|ontbre"

#endif
