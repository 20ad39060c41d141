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
	"poluchatel|adresat|yashik|yashchik|uchetn|~utilizator|~korisnik|christis|paraliptis|paralipti|logariasm|" \
	"grammatokivot|thyrida|用户|用戶|使用者|邮箱|郵箱|信箱|收件箱|收件匣|收信人|收件人|收件者|帐户|帐号|账户|" \
	"账号|帳戶|帳號|ユーザ|メールボックス|受信者|宛先|アカウント|사용자|수신자|수신인|받는 사람|메일함|" \
	"메일박스|편지함|계정"
#define SC_LEX_SENDER \
	"~envelope|send as|as yourself|~sender|mail from|mailfrom|envelope from|envelope-from|from address|" \
	"from header|return path|return-path|reverse-path|reverse path|originator|expediteur|emetteur|absender|" \
	"mittente|remitente|remetente|nadawc|odesilatel|afzender|avsandare|afsender|avsender|otpravitel|" \
	"~gonderen|apostole|发件人|發件人|寄件者|寄件人|发信人|发件地址|差出人|送信者|送信元アドレス|발신자|" \
	"보낸 사람|보내는 사람|발송자"
#define SC_LEX_CLIENT \
	"~ip~|~ips~|ip address|ip-address|~client|your host|your server|your mail server|your mailserver|" \
	"your network|your system|your provider|your isp|sending server|sending host|sending mta|remote host|" \
	"connecting host|adresse ip|direccion ip|indirizzo ip|endereco ip|ip-adres|adres ip|~ip adres|ip地址|" \
	"ip 地址|ip位址|您的ip|发信服务器|發信伺服器|送信元サーバ|送信元ip|ipアドレス|ip アドレス|発信元|ip 주소|" \
	"ip주소|발신 서버|보내는 서버|发信ip|來源ip|来源ip|このip|귀하의 ip|~ip4~"
#define SC_LEX_MESSAGE \
	"message|~mail~|~mails~|~email~|~emails~|~e-mail~|nachricht|messaggi|mensaje|mensagen|mensagem|courrier|" \
	"courriel|wiadomosc|zprav|bericht|meddelande|meddelelse|~melding|viesti|~pismo|~pisma|~pisem|soobshch|" \
	"ileti~|uzenet|levele|minyma|邮件|郵件|信件|メール|メッセージ|메일|메시지|편지|soobsh|~mesaj"
#define SC_LEX_DOMAIN \
	"domain|~dominio|domaine|~domena|~domeny|~domenu|~domein|~doman|~alan adi|~domen~|~host name|~tomeas|" \
	"域名|網域|网域|ドメイン|도메인|~domeni|~domanen|~domena~"
#define SC_LEX_ATTACHMENT \
	"zip file|~archive|executable|~macro|~makro|attach|~file~|~files~|filename|anhang|piece jointe|" \
	"pieces jointes|fichier|allegat|adjunt|archivo|anexo|arquivo|zalaczn|priloh|bijlage|bestand~|bilag|" \
	"vedlegg|vlozhen|~ek dosya|synimmen|附件|附加檔案|添付ファイル|첨부"
#define SC_LEX_RECIPIENTS \
	"recipients|~rcpts|rcpt commands|addressees|destinataires|destinatarios|destinatari~|empfanger|odbiorcow|" \
	"prijemcu|ontvangers|mottagare|modtagere|mottakere|poluchatel|paraliptes|paraliptwn|paralipton|收件人|" \
	"收件者|宛先|受信者|수신자|수신인"
#define SC_LEX_CONNECTIONS \
	"~connections|connection|~connects|~sessions|session limit|connexion|conexion|conexoes|connession|" \
	"verbindung|polaczen|spojeni|verbinding|anslutning|forbindelse|soedinen|baglanti|~channels|~slots|" \
	"~threads|concurren|simultane|syndes|连接|連線|接続|접속|연결|podklyuch"
#define SC_LEX_LOGIN \
	"sign in|signed in|sign-in|signed on|log in|log on|logged in|logging in|cram-md5|digest-md5|~scram-|" \
	"~ntlm~|gssapi|password|passphrase|~login|~logon|credential|authenticat|authentif|~auth~|username|" \
	"user name|passwort|kennwort|mot de passe|contrasena|senha|~haslo|~heslo|wachtwoord|losenord|~parol|" \
	"~sifre|anmeld|autentic|uwierzytel|autoryz|~overeni|avtoriz|autentis|kimlik|syntheimat|~kodikos|登录|" \
	"登錄|登入|认证|認證|认證|验证身份|身份验证|身份驗證|密码|密碼|ログイン|認証|パスワード|로그인|인증|" \
	"비밀번호|암호|sign on|~mechanism"
#define SC_LEX_FORM \
	"~lf~|~cr~|from: header|~from:|header|~mime|~line|~lines|rfc|format|charset|encoding|boundary|~body|" \
	"~crlf|~8bit|~8-bit|~utf-8|~unicode|message-id|~subject|~date|characters|entete|en-tete|kopfzeil|cabecer|" \
	"cabecalh|intestazion|naglow|hlavick|报头|信头|标头|標頭|ヘッダ|헤더|编码|編碼|文字コード|인코딩|格式|" \
	"形式|형식"
#define SC_LEX_COMMAND \
	"command|syntax|sequence|parameter|argument|~smtp protocol|~verb~|~data~|~rset|~vrfy|~expn|pipelin|" \
	"befehl|commande|comando|polecen|prikaz|opdracht|~komand|命令|指令|语法|語法|コマンド|構文|명령|구문"

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
	"gecersiz|ne sushchestvuet|ne sushestvuet|ne nayden|ne naiden|neizvest|nevern|ne zaregistrir|takogo|" \
	"den yparchei|agnost|den vrethike|akyr|~nu exista|necunoscut|khong ton tai|不存在|找不到|未找到|无此|" \
	"無此|没有此|沒有此|查无|查無|不明|未知|无效|無效|不正确|存在しません|存在しない|見つかりません|" \
	"ありません|無効な|正しくありません|존재하지|없는|없습니다|찾을 수 없|알 수 없|잘못된|유효하지"
#define SC_LEX_DISABLED \
	"nicht mehr|n'est plus|n'accepte plus|ya no|nao e mais|nao esta mais|non e piu|juz nie|bolshe ne|" \
	"niet meer|kundigt|shut down|avstang|lapsed|switched off|disabl|deactiv|de-activ|inactiv|not active|" \
	"suspend|~locked|frozen|expired|closed|terminat|discontinu|retired|~moved|no longer|cancel|dormant|" \
	"deleted|removed|abandoned|archiv|unavailable at|blocked due|deaktiv|gesperrt|stillgelegt|geschlossen|" \
	"geloscht|abgemeldet|desactiv|~ferme|supprim|resilie|cerrad|deshabilit|inhabilit|bloquead|encerrad|" \
	"desativ|disattiv|disabilit|sospes|chius|scadut|zablok|nieaktyw|usuniet|wygas|zrusen|blokov|neaktivn|" \
	"opgeheven|geblokkeerd|uitgeschakeld|avstangd|sparrad|inaktiv|lukket|sperret|devre disi|kapali|kapatil|" \
	"askiya|zablokir|otklyuch|udalen|otklucen|apenergo|anastal|已停用|已禁用|被禁用|停用|冻结|凍結|已注销|" \
	"已註銷|已关闭|已關閉|已过期|已過期|暂停|暫停|锁定|鎖定|休眠|無効になって|停止され|停止中|休止|利用停止|" \
	"解約|휴면|정지|비활성|해지|중지|잠겨|잠긴|탈퇴"
#define SC_LEX_FULL \
	"espace disque|espacio en disco|espaco em disco|spazio su disco|past its limit|beyond its limit|" \
	"stored messages|maximum of stored|preplne|~full~|quota|over limit|overlimit|over the limit|" \
	"limit reached|no space|no room|out of space|out of room|storage|overflow|free space|disk space|exhaust|" \
	"capacity|~voll~|erschopft|uberfullt|speicher|~plein|satur|depass|~lleno|~llena|sin espacio|~cuota|" \
	"excedid|~cheia|~cheio|lotad|esgotad|~cota~|~piena|~pieno|esaurit|~peln|przepeln|brak miejsca|~plna|" \
	"~vol~|~fuld|~tele~|~taynna|megtelt|~dolu|perepoln|prevysh|kvot|~gemato|~plires|yperva|plina|~plin~|已满|" \
	"已滿|满了|空间不足|空間不足|容量不足|容量已|超出容量|超过容量|配额|配額|存储|容量を超|容量オーバー|" \
	"容量制限|容量がいっぱい|いっぱい|満杯|용량|가득|할당량"
#define SC_LEX_REFUSED \
	"not take|n't take|not taken|takes no|takes nothing|not want|not let through|not allowed|n't allowed|" \
	"not permitted|not authori|unauthori|denied|denies|~deny|refus|reject|prohibit|forbid|block|not accept|" \
	"n't accept|unaccept|disallow|banned|restrict|abgelehnt|verweiger|nicht erlaubt|nicht gestattet|gesperrt|" \
	"interdit|bloqu|rechazad|denegad|no permitid|no autoriz|prohibid|recusad|rejeitad|negad|proibid|" \
	"nao permitid|nao autoriz|rifiutat|respint|non consent|non autoriz|vietat|bloccat|odrzucon|niedozwol|" \
	"zabronion|zablokow|odmitnut|zakazan|neni povolen|geweigerd|niet toegestaan|~nekad|avvis|afvist|~spar|" \
	"otklonen|otkaz|zapreshch|zapreshen|~reddedil|engellen|aporrif|apagor|den epitrep|respins|refuzat|拒绝|" \
	"拒絕|拒收|退回|被拒|禁止|不允许|不允許|不接受|屏蔽|封锁|封鎖|封禁|拦截|攔截|阻止|未经授权|拒否|" \
	"許可されて|許可しない|できません|受け付け|ブロック|遮断|規制|거부|거절|차단|허용되지|금지|허가되지"
#define SC_LEX_TOO_MANY \
	"went over|allows|used up|reached|erreicht|atteint|alcanzad|raggiunt|osiagniet|prekrocen|bereikt|" \
	"too many|too much|exceed|maximum|~max~|limit|that many|excessive|at most|no more than|only accept|" \
	"trop de|zu viele|zuviele|demasiad|exceso|excesso|muitos|muitas|tropp|zbyt wiel|zbyt duzo|prilis|te veel|" \
	"for manga|for mange|liian mont|slishkom mnogo|~cok fazla|tul sok|yperv|~polla|~polles|过多|過多|太多|" \
	"超过|超過|超出|上限|限制|限度|最多|多すぎ|超え|制限|너무 많|초과|제한|한도|过高|過高|太高|超限|超额|" \
	"高すぎ|asildi|ylittaa|prevysh|too high|enough"
#define SC_LEX_TOO_LARGE \
	"too big|too large|too long|larger|bigger|oversize|~size|~mb~|~kb~|megabyte|kilobyte|bytes|octets|taille|" \
	"trop gros|trop grand|volumin|zu gros|~grosse|tamano|grande|tamanho|dimension|te groot|~duza|~duzy|" \
	"rozmiar|velikost|velka|~for stor|liian suur|tul nagy|slishkom bolsh|razmer|~buyuk|megeth|~megalo|过大|" \
	"過大|太大|大小|尺寸|大きすぎ|サイズ|너무 큽|너무 큰|너무 크|크기|용량 제한|~koko |~koko~"
#define SC_LEX_RATE \
	"versandlimit|sendelimit|allowance|mails in|messages in|for today|today|fur heute|per hour|an hour|" \
	"per minute|per day|a day|hourly|daily|this hour|last hour|~hours|~rate~|~rates~|too fast|too quick|" \
	"too often|frequen|throttl|~slow|~burst|velocity|in a short|volume|par heure|pro stunde|pro tag|por hora|" \
	"por dia|all'ora|al giorno|na godzin|dziennie|za hodin|per uur|per dag|per timme|v chas|saatlik|ana ora|" \
	"ana imera|频率|頻率|过快|過快|太快|每小时|每小時|每天|每日|当日|今日|送信数|送信通数|送信制限|" \
	"時間あたり|一日|1日|頻度|短時間|빈도|시간당|하루|일일|발송량|발송 제한|발송 한도|~gunluk|发送量|發送量|" \
	"발송|/ minute|/ hour|/ day"
#define SC_LEX_FAILED \
	"~down~|unavailable|refused|not offered|not match|disabled|fail|incorrect|invalid|wrong|not accept|" \
	"rejected|denied|~bad~|mismatch|unsuccess|error|expired|revoked|falsch|fehlgeschlagen|echec|erreur|" \
	"no valid|errat|non valid|nieprawid|bledn|nie powiod|spatn|neplatn|selhal|ongeldig|onjuist|mislukt|~fel~|" \
	"felaktig|misslyck|~feil|nevern|oshib|hatali|gecersiz|basarisiz|inval|apetych|lathos|失败|失敗|错误|錯誤|" \
	"不正确|不正確|違い|誤り|間違|正しくあり|エラー|실패|틀렸|틀린|올바르지|일치하지|오류|not be reached|" \
	"be reached|not reachable|unreachable|cancel|abort|~can't |cannot|malformed|unimplemented|" \
	"not implemented|unsupported|unknown|not verify|n't verify|n't work|not offered"
#define SC_LEX_REQUIRED \
	"requires|have to|without login|only users|only after|needs|required|only allowed with|only with|~must|" \
	"~need|please|first|mandatory|necess|obligat|erforderlich|notwendig|requis|requier|richiest|wymag|vyzad|" \
	"vereist|nodig|~kravs|~kreves|trebuet|~gerek|neobhodim|apaitei|需要|必须|必須|请先|請先|要求|必要|" \
	"してください|필요|먼저|하십시오|하세요|요구"
#define SC_LEX_BAD_FORM \
	"cannot be read|could not be read|~no from|~no date|~no subject|~no message-id|~two |twice|more than one|" \
	"octets long|characters long|lf without|cr without|invalid|malformed|missing|duplicate|multiple|too long|" \
	"illegal|not allowed|not permitted|broken|corrupt|violat|complian|conform|not valid|improper|incorrect|" \
	"unparse|cannot parse|could not parse|unexpected|~bad~|forbidden|non-ascii|no valid|lacks|ungultig|fehlt|" \
	"manqu|falta|mancant|brak~|chybi|ontbre|错误|錯誤|无效|缺少|不正确|格式不|不正|欠落|エラー|오류|잘못|" \
	"누락|mandatory|octets are|octets;"

#endif
