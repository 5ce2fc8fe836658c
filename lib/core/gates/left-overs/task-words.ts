/**
 * Lists, language by language, the words in which models speak about their task: how they begin an answer, what they call the text they
 * were asked for, how they proposal to change it, and how they speak of the person who asks. Words only; the rules are in model-talk.ts.
 */

/** Parts of patterns, for texts in small letters. */
export interface TaskWords {
	/** Says yes to a request. */
	readonly yes: string;
	/** Hands something over: "here is", "below is", "I have written". */
	readonly here: string;
	/** What was asked for. No shop hands over any of it at the very start of a message. */
	readonly text: string;
	/** Offers, or asks back. */
	readonly proposal: string;
	/** What about a text may be changed. */
	readonly change: string;
	/** Whoever gives the task, with what they want. */
	readonly asker: string;
}

const ENGLISH: TaskWords = {
	yes: "sure(?: thing)?|certainly|of course|absolutely|okay|ok|alright|all right|got it|great|understood|no problem|with pleasure|happy to help|i['’]d be happy to(?: help)?|gladly|yes|definitely",
	here: "here(?:['’]s| is| are| you go| you are| it is)|below (?:is|are|you)|(?:the )?following is|this is (?:a|the|your)|i(?:['’]ve| have) (?:written|drafted|created|prepared|crafted|put together|composed|revised|rewritten|updated|made|generated|translated|shortened)|i (?:wrote|drafted|created)|following your (?:instructions|request)|(?:as|like) (?:you )?(?:requested|asked)|based on (?:your|the) (?:instructions|input|details|information|data)",
	text: 'e-?mails?(?![ -]?address)|mail(?!ing)|messages?|text message|sms|drafts?|subject lines?|versions?|(?:marketing |ad )?copy(?! of)|social posts?|(?:blog |linkedin |instagram )posts?|repl(?:y|ies)|responses?|introduction|headlines?|captions?|translations?|rewrite|suggestions?|templates?|options?|variations?|tagline|product description|push notification|texts?',
	proposal:
		"let me know(?: if| whether| in case)?|(?:would|do) you (?:like|want|prefer)(?: for)? me to|you(?:['’]d| would) like me to|shall i|should i|i can(?: also)?|i['’]d be happy to|i['’]m happy to|happy to|if you(?:['’]d| would) like(?: me to|, i)|if you (?:need|want) (?:any|me to|another|a different)|feel free to (?:tweak|adjust|edit|modify|customi[sz]e|personali[sz]e|change|adapt|replace|use|let me know)|you can (?:adjust|customi[sz]e|tweak|edit|replace)|i hope this|hope this",
	change:
		'tones?(?!\\p{L})|wording|phrasing|rephras\\p{L}+|rewrit\\p{L}+|shorter(?! stay| trip)|(?:different|another|other|alternative|formal|casual|longer|shorter|more) (?:version|tone|draft|option|subject line|style|variation)s?|subject lines?|drafts?|brand voice|placeholders?|(?:any|further|more|other|additional) (?:changes|edits|revisions|adjustments|tweaks|modifications)(?! to your)|make it (?:shorter|longer|more|less|sound)|shorten (?:it|this)|reword|rework|tailor (?:it|this)|change (?:about|in) (?:this|the)|tweaks|(?:this|the) (?:email|message|text|copy|post) (?:helps|works|meets|further|to (?:better|match|suit|fit)|as needed|before)|(?:adjust|tweak|edit|refine|revise|customi[sz]e|personali[sz]e|modify) (?:it|this|the (?:text|message|email|copy|content|details))|(?:message|email|draft|text|version) helps',
	asker:
		"(?:the user|(?<=^|[.!?\\n]\\s?)user)(?:['’]s)? (?:wants? (?:me to|an?|some|the)|want(?:s|ed) me|(?:is )?ask(?:s|ed|ing)|request(?:s|ed)|(?:has )?provided|needs (?:me to|an? (?:short|message|text|email|sms))|would like (?:me|an?)|said|gave)",
};

const GERMAN: TaskWords = {
	yes: '(?:sehr |aber )?gerne?|(?:aber )?natürlich|selbstverständlich|(?:na |alles )?klar|sicher|kein problem|okay|ok|verstanden|jawohl|ja|in ordnung',
	here: 'hier (?:ist|sind|kommt|kommen|findest du|finden sie|haben sie|hast du)|anbei|im folgenden|nachfolgend|unten|ich habe',
	text: 'e-?mail(?!-?\\s?adress)|mail(?!\\s?adress)|nachricht|sms|entwurf|vorschlag|vorschläge|betreffzeilen?|fassung|version|varianten?|antwort|übersetzung|beitrag|formulierung|überschrift|einleitung|absatz|vorlage|werbetext|text|newsletter-?text|anschreiben',
	proposal:
		'soll ich|sollte? ich|dass ich|kann ich|ich kann|bescheid|lass(?:en sie)? (?:es )?mich|(?:passe|ändere|schreibe|kürze|erstelle) ich|ich hoffe|passen sie|ich passe',
	change:
		'(?:den |im |der )?ton(?:fall|alität)?(?!\\p{L})|kürzer|lockerer|formeller|förmlicher|umformulier\\p{L}*|formulier\\p{L}*|überarbeit\\p{L}*|kürzen(?!\\p{L})|(?:weitere|andere|alternative|kürzere|längere)[nrs]? (?:version|variante|fassung|betreff|vorschl)\\p{L}*|betreffzeilen?|(?:text|nachricht|e-?mail|entwurf)[^.!?\\n]{0,20}(?:anpass|änder|hilf)\\p{L}*|entwurf|platzhalter',
	asker: '(?:der|die) (?:be)?nutzer(?:in)? (?:möchte|will|bittet|wünscht|fragt|verlangt|braucht)',
};

const FRENCH: TaskWords = {
	yes: "bien sûr|bien entendu|avec plaisir|certainement|d[’']accord|absolument|volontiers|très bien|parfait|oui|pas de problème|ok",
	here: "voici|voilà|ci-dessous|j[’']ai (?:rédigé|écrit|préparé|créé)|vous trouverez",
	text: 'e-?mails?|mails?|courriels?|messages?|sms|textes?|brouillons?|propositions?|versions?|réponses?|traductions?|objets?|ébauches?|annonces?|accroches?|publications?|légendes?',
	proposal:
		"souhaitez-vous que je|souhaites-tu que je|voulez-vous que je|veux-tu que je|aimeriez-vous que je|dois-je|je peux|si vous (?:souhaitez|voulez) que je|n[’']hésitez pas à (?:me |l[’']|le |la |adapter|modifier|personnaliser|ajuster)|dites-moi|dis-moi|faites-moi savoir|fais-moi savoir|j[’']espère que ce",
	change:
		"(?:modifi|ajust|chang|adapt)\\p{L}+ le ton|ton (?:plus|différent)|reformul\\p{L}+|raccourci\\p{L}*|plus (?:courte?|formel(?:le)?|concise?|décontractée?)|(?:autre|différente?) (?:version|proposition|formulation)|version plus|objet du|lignes? d[’']objet|(?:message|texte|e-?mail|brouillon) (?:vous (?:aide|convient)|répond)|modifi\\p{L}+ (?:le |ce |quelque )?(?:message|texte|e-?mail|ton)|ajust\\p{L}+ (?:le |ce )?(?:message|texte|e-?mail|ton)",
	asker: "(?:l[’']utilisat(?:eur|rice)) (?:veut|souhaite|demande|aimerait|me demande|a demandé)",
};

const SPANISH: TaskWords = {
	yes: 'claro(?: que sí)?|por supuesto|desde luego|con gusto|de acuerdo|vale|perfecto|entendido|sí|cómo no|ok',
	here: 'aquí (?:está|tienes|tiene|te|le|va|van|están)|a continuación|este es|esta es|he (?:redactado|escrito|preparado|creado)',
	text: 'correos?(?! electrónico de)|e-?mails?|mensajes?|sms|textos?|borrador(?:es)?|propuestas?|versi(?:ón|ones)|respuestas?|traducci(?:ón|ones)|líneas? de asunto|asuntos?|sugerencias?|publicaci(?:ón|ones)|anuncios?|plantillas?',
	proposal:
		'(?:quieres|quiere|te gustaría|le gustaría|prefieres|desea|deseas) que (?:lo |la |te |le |yo )?(?:ajust|modifiqu|cambi|hag|escrib|redact|adapt|acort|reescrib|prepar)\\p{L}+|puedo|avísame|dime|hazme saber|házmelo saber|no dudes en (?:ajustar|modificar|adaptar|personalizar|pedirme|decirme)|espero que (?:este|el)',
	change:
		'(?:ajust|modific|modifiqu|cambi|adapt)\\p{L}* el tono|tono más|reformul\\p{L}+|redact\\p{L}+|más (?:corto|corta|breve|formal|informal)|(?:otra|distinta|diferente) (?:versión|propuesta)|versión (?:más|alternativa)|líneas? de asunto|(?:mensaje|texto|correo|borrador) (?:te|le) (?:ayude|sirva|guste)|(?:ajust|modific|cambi|adapt|acort)\\p{L}+ (?:el|este|algo del) (?:mensaje|texto|correo|tono)',
	asker: '(?:el|la) usuari[oa] (?:quiere|pide|desea|solicita|necesita|me pide|ha pedido)',
};

const ITALIAN: TaskWords = {
	yes: "certo|certamente|naturalmente|volentieri|con piacere|va bene|d[’']accordo|perfetto|assolutamente|ok|sì",
	here: 'ecco|di seguito|qui (?:sotto|trovi)|ho (?:scritto|preparato|creato|redatto)',
	text: 'e-?mail|messaggi[oo]?|sms|test[oi]|bozz[ae]|propost[ae]|version[ei]|rispost[ae]|traduzion[ei]|oggett[oi]|sugger\\p{L}+|post|annunci[o]?|didascali[ae]|modell[oi]',
	proposal:
		'(?:vuoi|vuole|desidera|ti piacerebbe|preferisci) che (?:lo |la |ti |io )?(?:modifich|cambi|scriv|adatt|accorc|rend|riscriv|prepar|facci)\\p{L}*|posso|fammi sapere|mi faccia sapere|dimmi|sentiti libero di|puoi (?:modificare|adattare|personalizzare)|spero che (?:questo|questa|il|la)',
	change:
		"(?:modific|cambi|adatt|aggiust|regol)\\p{L}* il tono|tono (?:più|diverso)|riformul\\p{L}+|riscriv\\p{L}+|più (?:breve|corto|corta|formale|informale|concis[oa])|(?:altra|diversa) (?:versione|proposta)|versione (?:più|alternativa)|righe? dell[’']oggetto|(?:messaggio|testo|e-?mail|bozza) (?:ti|le) (?:sia|piaccia|aiuti)|(?:modific|adatt|accorc|person)\\p{L}+ (?:il|questo|la) (?:messaggio|testo|e-?mail|tono)",
	asker: "(?:l[’']utente) (?:vuole|chiede|desidera|richiede|mi chiede|ha chiesto)",
};

const PORTUGUESE: TaskWords = {
	yes: 'claro(?: que sim)?|com certeza|com prazer|certamente|certo|sem problema|perfeito|entendido|tudo bem|ok|sim',
	here: 'aqui (?:está|estão|vai|tem|fica)|segue(?:m)?|eis|abaixo|este é|esta é|escrevi|criei|preparei|redigi',
	text: 'e-?mails?|mensage(?:m|ns)|sms|textos?|rascunhos?|propostas?|vers(?:ão|ões)|respostas?|traduç(?:ão|ões)|linhas? de assunto|assuntos?|sugest(?:ão|ões)|publicaç(?:ão|ões)|anúncios?|modelos?',
	proposal:
		'(?:gostaria|gostarias|quer|queres|deseja|prefere) que (?:eu )?(?:o |a )?(?:ajust|alter|mud|faç|fiz|escrev|adapt|reescrev|modif|prepar)\\p{L}*|posso|avise-me|me avise|avisa-me|diga-me|me diga|sinta-se à vontade para|fique à vontade para|espero que (?:este|esta|o|a)',
	change:
		'(?:ajust|alter|mud|adapt|modific)\\p{L}* o tom(?!\\p{L})|tom (?:mais|diferente)|reformul\\p{L}+|reescrev\\p{L}+|mais (?:curt[oa]|breve|formal|informal)|(?:outra|diferente) (?:versão|proposta)|versão (?:mais|alternativa)|linhas? de assunto|(?:mensagem|texto|e-?mail|rascunho) (?:ajude|sirva|atenda)|(?:ajust|modific|alter|adapt|encurt|edit)\\p{L}+ (?:o|a|este|esta) (?:mensagem|texto|e-?mail|tom)',
	asker: '(?:o|a) (?:usuári[oa]|utilizador[a]?) (?:quer|pede|deseja|solicita|precisa|pediu|está pedindo)',
};

const DUTCH: TaskWords = {
	yes: 'natuurlijk|zeker|graag|prima|uiteraard|oké|ok|goed|begrepen|geen probleem|met plezier|ja|absoluut',
	here: 'hier (?:is|zijn|volgt|heb je|vind je)|hieronder|bijgaand|dit is|ik heb',
	text: 'e-?mail(?!\\s?-?adres)|mail(?!\\s?adres)|bericht|sms|concept|voorstel|versies?|antwoord|vertaling|onderwerpregels?|tekst|post|suggesties?|varianten?|kop',
	proposal:
		'wil je dat ik|wilt u dat ik|zal ik|moet ik|ik kan|laat (?:het )?(?:me|mij) (?:gerust )?weten|voel je vrij om|ik hoop dat (?:dit|deze)|kan ik',
	change:
		'de toon(?!\\p{L})|toon (?:aan|wil)|herformuler\\p{L}+|herschrij\\p{L}+|kortere?(?! nieuws)|(?:andere|langere|formelere|alternatieve) (?:versie|variant|tekst|onderwerp)\\p{L}*|onderwerpregels?|(?:tekst|bericht|e-?mail|concept) (?:aan te passen|aanpas|helpt)|formeler|informeler',
	asker: 'de gebruiker (?:wil|vraagt|wenst|verzoekt|heeft gevraagd)',
};

const POLISH: TaskWords = {
	yes: 'oczywiście|jasne|pewnie|dobrze|z przyjemnością|chętnie|nie ma problemu|rozumiem|ok|okej|tak|zgoda',
	here: 'oto|poniżej|przygotowałe?a?m|napisałe?a?m|stworzyłe?a?m|to jest',
	text: 'e-?maila?|maila?|wiadomoś(?:ć|ci)|sms|tekstu?|szkicu?|propozycj[aeię]|wersj[aeię]|odpowied(?:ź|zi)|tłumaczeni[ae]|tematy?|temat wiadomości|nagłówe?k|wpisu?',
	proposal:
		'czy (?:chcesz|chciałbyś|chciałabyś|chce pan|chce pani|mam|mogę)|daj (?:mi )?znać|mogę|jeśli mam|proszę dać znać|mam nadzieję, że (?:ta|ten|to)',
	change:
		'zmieni\\p{L}+ ton|dostosowa\\p{L}+ (?:ton|treść|tekst)|ton(?:u)?(?: |$)|skróci\\p{L}+|przeredagowa\\p{L}+|przeformułowa\\p{L}+|(?:inn|krótsz|dłuższ|alternatywn)\\p{L}+ (?:wersj|propozycj|temat)\\p{L}*|krótsz\\p{L}+',
	asker: 'użytkowni(?:k|czka) (?:chce|prosi|poprosił|pyta|potrzebuje|oczekuje)',
};

const NORDIC: readonly TaskWords[] = [
	{
		yes: 'självklart|absolut|visst|javisst|gärna|naturligtvis|såklart|inga problem|okej|ok|ja',
		here: 'här (?:är|kommer|har du)|nedan(?:för)?|jag har',
		text: 'mejl(?:et)?(?!adress)|e-?post(?:meddelande)?(?!adress)|e-?mail|meddelande|sms|utkast|förslag|version|text|svar|översättning|ämnesrad(?:er)?|inlägg',
		proposal: 'vill du att jag|ska jag|jag kan|hör av dig|säg till|låt mig veta|hoppas (?:att )?(?:detta|det här)|anpassa gärna',
		change:
			'tonen|ton(?:läge)?(?!\\p{L})|kortare|omformuler\\p{L}+|formuler\\p{L}+|(?:annan|längre|alternativ) (?:version|variant)|ämnesrad\\p{L}*|mer formell|utkast\\p{L}*',
		asker: 'användaren (?:vill|ber|frågar|önskar|behöver)',
	},
	{
		yes: 'selvfølgelig|naturligvis|absolut|gerne|klart|javisst|ja|ok|okay|helt klart|intet problem',
		here: 'her (?:er|kommer|har du|får du)|nedenfor|jeg har',
		text: 'e-?mail(?:en)?(?!adresse)|mail(?:en)?(?!adresse)|besked(?:en)?|sms|udkast|forslag|version|tekst(?:en)?|svar|oversættelse|emnelinjer?|opslag',
		proposal:
			'vil du have,? (?:at )?jeg|skal jeg|jeg kan|sig til|lad mig (?:gerne )?vide|giv (?:mig )?besked|håber,? (?:at )?(?:dette|det her)|du kan tilpasse',
		change:
			'tonen|tone(?!\\p{L})|kortere|omformuler\\p{L}+|formuler\\p{L}+|(?:anden|længere|alternativ) (?:version|udgave)|emnelinje\\p{L}*|mere formel|udkast\\p{L}*',
		asker: 'brugeren (?:vil|ønsker|beder|spørger|har brug)',
	},
	{
		yes: 'selvfølgelig|selvsagt|naturligvis|absolutt|gjerne|klart|ja|ok|ja visst|ikke noe problem',
		here: 'her (?:er|kommer|har du|får du)|nedenfor|jeg har',
		text: 'e-?post(?:en|melding)?(?!adresse)|mail(?:en)?|melding(?:en)?|sms|utkast|forslag|versjon|tekst(?:en)?|svar|oversettelse|emnelinjer?|innlegg',
		proposal:
			'vil du at jeg|skal jeg|jeg kan|si (?:i)?fra|gi (?:meg )?beskjed|la meg (?:gjerne )?vite|håper (?:at )?(?:dette|den)|du kan tilpasse',
		change:
			'tonen|tone(?!\\p{L})|kortere|omformuler\\p{L}+|formuler\\p{L}+|(?:annen|lengre|alternativ) versjon|emnelinje\\p{L}*|mer formell|utkast\\p{L}*',
		asker: 'brukeren (?:vil|ønsker|ber|spør|trenger)',
	},
	{
		yes: 'totta kai|tottakai|toki|tietenkin|selvä|varmasti|ilman muuta|kyllä|ok|mielelläni',
		here: 'tässä (?:on|ovat|tulee)|alla on|ohessa|laadin|kirjoitin|olen (?:kirjoittanut|laatinut)',
		text: 'sähköpost(?:i|in|isi|iviesti|iviestisi)?(?!osoite)|viesti\\p{L}*|tekstiviesti\\p{L}*|luonno\\p{L}+|ehdotu\\p{L}+|versio\\p{L}*|vasta\\p{L}+|käännö\\p{L}+|otsiko\\p{L}*|aiherivi\\p{L}*|tekst\\p{L}+',
		proposal: 'haluatko,? että (?:minä )?|haluaisitko,? että|voin|kerro,? jos|ilmoita,? jos|toivottavasti tämä|voit muokata',
		change:
			'sävy\\p{L}*|lyhye(?:mmän|mpi|mmäksi)|lyhentä\\p{L}*|muotoil\\p{L}*|(?:toisen|toinen|vaihtoehtoi\\p{L}+) versio\\p{L}*|aiherivi\\p{L}*|luonnos\\p{L}*|muok\\p{L}+ (?:viesti|teksti)\\p{L}*',
		asker: 'käyttäjä (?:haluaa|pyytää|pyysi|tarvitsee|kysyy)',
	},
];

const CENTRAL_EUROPEAN: readonly TaskWords[] = [
	{
		yes: 'samozřejmě|jistě|určitě|rád(?:a)?|jasně|dobře|bez problému|ano|ok|samozrejme|iste|jasné|rád pomôžem',
		here: 'zde (?:je|jsou|máte)|tady (?:je|máte|máš)|níže|toto je|připravil(?:a)? jsem|napsal(?:a)? jsem|tu je|nižšie|pripravil(?:a)? som',
		text: 'e-?mail(?:u)?(?!ová adresa)|zpráv[auy]|správ[auy]|sms|návrhu?|verz[ei]|odpověď|překlad|předmětu?|text(?:u)?|koncept',
		proposal:
			'chcete,? abych|chceš,? abych|mám|mohu|můžu|dejte (?:mi )?vědět|dej (?:mi )?vědět|dajte (?:mi )?vedieť|doufám, že (?:tento|tato)',
		change:
			'tón\\p{L}*|zkrát\\p{L}+|skrát\\p{L}+|přeformul\\p{L}+|přepsa\\p{L}+|uprav\\p{L}+ (?:text|zprávu|tón)|(?:jin|kratší|delší|alternativn)\\p{L}* (?:verz|návrh|předmět)\\p{L}*|kratší',
		asker: 'uživatel(?:ka)? (?:chce|žádá|požaduje|potřebuje|se ptá)|používateľ (?:chce|žiada)',
	},
	{
		yes: 'természetesen|persze|rendben|szívesen|örömmel|igen|hogyne|ok|oké',
		here: 'íme|itt (?:van|a|az|található|olvasható)|alább|az alábbi|elkészítettem|megírtam',
		text: 'e-?mail\\p{L}*|üzenet\\p{L}*|sms|vázlat\\p{L}*|javaslat\\p{L}*|változat\\p{L}*|verzió\\p{L}*|válasz\\p{L}*|fordítás\\p{L}*|tárgysor\\p{L}*|szöveg\\p{L}*|levél|levele\\p{L}*',
		proposal: 'szeretn(?:éd|é),? (?:ha|hogy)|szólj,? ha|jelezd,? ha|kérem,? jelezze|módosítsam|átírjam|tudok|remélem',
		change:
			'hangnem\\p{L}*|hangvétel\\p{L}*|rövid(?:ebb\\p{L}*|íts\\p{L}*)|átfogalmaz\\p{L}*|átír\\p{L}*|(?:másik|hosszabb|alternatív) (?:változat|verzió)\\p{L}*|tárgysor\\p{L}*|módosít\\p{L}+ (?:a |az )?(?:szöveg|üzenet)\\p{L}*',
		asker: 'a felhasználó (?:azt |egy )?(?:szeretn\\p{L}+|kér\\p{L}*|akar\\p{L}*)',
	},
	{
		yes: 'desigur|sigur|bineînțeles|cu plăcere|în regulă|perfect|da|ok|firește',
		here: 'iată|mai jos|acesta este|aceasta este|aici (?:este|ai|aveți)|am (?:scris|creat|redactat|pregătit)',
		text: 'e-?mail\\p{L}*|mesaj\\p{L}*|sms|ciorn\\p{L}+|propuner\\p{L}+|versiun\\p{L}+|variant\\p{L}+|răspuns\\p{L}*|traducer\\p{L}+|subiect\\p{L}*|text\\p{L}*',
		proposal:
			'(?:doriți|dorești|vrei|vreți|ați dori|ai dori) să (?:modific|ajustez|scriu|fac|schimb|rescriu|scurtez|adaptez)|pot să|anunță-mă|spune-mi|anunțați-mă|sper că (?:acest|această)',
		change:
			'tonul(?!\\p{L})|mai scurt\\p{L}*|scurtez\\p{L}*|reformul\\p{L}+|rescri\\p{L}+|(?:altă|diferită|alternativă) (?:versiune|variantă)|(?:modific|ajust|adapt)\\p{L}* (?:mesajul|textul|tonul)',
		asker: 'utilizator(?:ul|ea)? (?:vrea|dorește|cere|solicită|a cerut)',
	},
	{
		yes: 'naravno|svakako|rado|u redu|nema problema|da|ok|seveda|z veseljem',
		here: 'evo|ovdje (?:je|su)|u nastavku|ispod|napisa(?:o|la) sam|tukaj (?:je|so)|spodaj',
		text: 'e-?mail\\p{L}*|e-?poruk\\p{L}+|poruk\\p{L}+|e-?pošt\\p{L}+|sms|nacrt\\p{L}*|prijedlog\\p{L}*|predlog\\p{L}*|verzij\\p{L}+|odgovor\\p{L}*|prijevod\\p{L}*|sporočil\\p{L}+|tekst\\p{L}*|mejl\\p{L}*',
		proposal:
			'(?:želite li|želiš li|hoćete li|hoćeš li) da (?:prilagodim|promijenim|promenim|skratim|napišem|preformuliram)|mogu|javite (?:mi)?|javi (?:mi)?|sporočite|lahko|nadam se da',
		change:
			'ton(?!\\p{L})|skrati\\p{L}*|kraće?\\p{L}*|krajš\\p{L}+|preformul\\p{L}+|(?:drug|alternativn)\\p{L}+ (?:verzij|varijant)\\p{L}*|prilagodi\\p{L}* (?:tekst|poruku|ton)',
		asker: 'korisni(?:k|ca) (?:želi|traži|moli|je zatražio)|uporabnik (?:želi|prosi)',
	},
];

const EASTERN_EUROPEAN: readonly TaskWords[] = [
	{
		yes: 'конечно|разумеется|безусловно|хорошо|с удовольствием|без проблем|да|ок|понял[а]?|отлично|готово',
		here: 'вот|ниже|это ваше?|я (?:написал|составил|подготовил)а?|представляю|предлагаю',
		text: 'письм[оа]|сообщени[ея]|смс|sms|чернов\\p{L}+|вариант\\p{L}*|верси\\p{L}+|ответ\\p{L}*|перевод\\p{L}*|тем[аы] письма|текст\\p{L}*|e-?mail|имейл|пост\\p{L}*|рассылк\\p{L}+',
		proposal:
			'хотите,? (?:чтобы )?я|если (?:хотите|нужно|потребуется),? (?:чтобы )?я|я могу|могу (?:также )?(?:изменить|переписать|сократить|сделать|предложить|подготовить)|дайте (?:мне )?знать|сообщите|скажите|надеюсь,? это',
		change:
			'(?:измен|смен|поменя|скорректир|подправ)\\p{L}* тон|тональност\\p{L}+|короче|сократи\\p{L}+|перефразир\\p{L}+|переписа\\p{L}+|(?:друг|альтернативн|более коротк)\\p{L}+ (?:верси|вариант)\\p{L}*|стиль (?:письма|текста|сообщения)|формулировк\\p{L}+|(?:изменить|поправить|доработать|скорректировать) (?:текст|письмо|сообщение)',
		asker: 'пользовател(?:ь|ьница) (?:хочет|просит|попросил[а]?|запрашивает|спрашивает)',
	},
	{
		yes: 'звичайно|звісно|авжеж|добре|із задоволенням|без проблем|так|ок|зрозуміло',
		here: 'ось|нижче|це ваш[еа]?|я (?:написав|написала|підготував|підготувала|склав|склала)',
		text: 'лист[аі]?|повідомленн[яі]|смс|sms|чернетк\\p{L}+|варіант\\p{L}*|версі\\p{L}+|відповід\\p{L}+|переклад\\p{L}*|текст\\p{L}*|e-?mail|імейл|допис\\p{L}*',
		proposal:
			'хочете,? (?:щоб )?я|якщо (?:хочете|потрібно),? (?:щоб )?я|я можу|можу (?:також )?(?:змінити|переписати|скоротити|зробити|запропонувати)|дайте (?:мені )?знати|повідомте|скажіть|сподіваюся,? це',
		change:
			'змін\\p{L}* тон|коротш\\p{L}+|скороти\\p{L}+|перефраз\\p{L}+|переписа\\p{L}+|(?:інш|альтернативн)\\p{L}+ (?:версі|варіант)\\p{L}*|стиль (?:листа|тексту)|формулюванн\\p{L}+',
		asker: 'користувач(?:ка)? (?:хоче|просить|попросив|попросила|запитує)',
	},
	{
		yes: 'разбира се|естествено|добре|с удоволствие|няма проблем|да|ок|секако|наравно|свакако',
		here: 'ето|по-долу|това е|написах|подготвих|еве|ево',
		text: 'имейл\\p{L}*|писмо\\p{L}*|съобщени\\p{L}+|смс|чернов\\p{L}+|вариант\\p{L}*|верси\\p{L}+|отговор\\p{L}*|превод\\p{L}*|текст\\p{L}*|порук\\p{L}+|мејл\\p{L}*|e-?mail',
		proposal:
			'искате ли да (?:променя|съкратя|напиша|направя|коригирам)|искаш ли да (?:променя|съкратя|напиша|направя|коригирам)|мога да|кажете (?:ми)?|кажи (?:ми)?|уведомете ме|надявам се|желите ли да|јавите',
		change:
			'тон(?:а|ът)?(?!\\p{L})|по-крат\\p{L}+|съкрат\\p{L}+|префразир\\p{L}+|пренапиш\\p{L}+|(?:друг|алтернативн)\\p{L}+ (?:верси|вариант)\\p{L}*|стила?(?!\\p{L})',
		asker: 'потребителят (?:иска|моли|желае)|корисник (?:жели|тражи)',
	},
	{
		yes: 'φυσικά|βεβαίως|βέβαια|ασφαλώς|ευχαρίστως|εντάξει|ναι',
		here: 'ορίστε|εδώ (?:είναι|έχετε)|παρακάτω|ακολουθεί|αυτό είναι|έγραψα|ετοίμασα|έχω (?:γράψει|ετοιμάσει)',
		text: 'e-?mail|μήνυμα|μηνύματ\\p{L}*|sms|προσχέδι\\p{L}+|πρότασ\\p{L}+|έκδοσ\\p{L}+|εκδοχ\\p{L}+|απάντησ\\p{L}+|μετάφρασ\\p{L}+|κείμεν\\p{L}+|γραμμ\\p{L}+ θέματος',
		proposal:
			'(?:θέλετε|θέλεις|θα θέλατε|θα ήθελες) να (?:προσαρμόσω|αλλάξω|γράψω|κάνω|συντομεύσω|το)|μπορώ|πείτε μου|πες μου|ενημερώστε με|ενημέρωσέ με|ελπίζω',
		change:
			'τόν(?:ο|ος)|ύφος|σύντομ\\p{L}+|συντομ\\p{L}+|αναδιατυπ\\p{L}+|ξαναγράψ\\p{L}+|(?:άλλη|διαφορετική|εναλλακτική) (?:έκδοση|εκδοχή)|προσαρμόσ\\p{L}+ (?:το )?(?:κείμενο|μήνυμα)',
		asker: 'ο χρήστης (?:θέλει|ζητά|ζητάει|ζήτησε)',
	},
	{
		yes: 'elbette|tabii(?: ki)?|memnuniyetle|tamam|peki|kesinlikle|evet|olur|anlaşıldı|tabi ki',
		here: 'işte|aşağıda|bu,? (?:sizin )?|hazırladım|yazdım',
		text: 'e-?posta\\p{L}*(?! adres)|mail\\p{L}*|mesaj\\p{L}*|sms|taslak|taslağ\\p{L}+|öneri\\p{L}*|sürüm\\p{L}*|versiyon\\p{L}*|yanıt\\p{L}*|çeviri\\p{L}*|metin|metn\\p{L}+|konu satır\\p{L}+',
		proposal: 'ister misin(?:iz)?|isterseniz|istersen|yapayım mı|yapabilirim|haber ver\\p{L}*|bana (?:bildir|söyle)\\p{L}*|umarım',
		change:
			'ton(?:u|unu|da)?(?!\\p{L})|kısalt\\p{L}*|daha kısa|yeniden yaz\\p{L}*|(?:başka|farklı|alternatif) (?:bir )?(?:sürüm|versiyon|metin)\\p{L}*|üslup|üslub\\p{L}+|metni (?:değiştir|düzenle)\\p{L}*',
		asker: 'kullanıcı [^.!?\\n]{0,60}(?:istiyor|istedi|talep ediyor|rica ediyor)',
	},
];

const ASIAN: readonly TaskWords[] = [
	{
		yes: 'もちろんです|もちろん|はい|承知(?:いた)?しました|かしこまりました|了解(?:です|しました|いたしました)?|わかりました|喜んで|お任せください',
		here: '以下(?:が|は|に|の)|こちらが|こちらは|下記(?:が|は|の)|次の|ご依頼の|ご要望の|[^。\\n]{0,20}(?:作成|作文|執筆|用意)(?:いた)?しました',
		text: 'メール文?案?(?!アドレス)|文案|文面|本文|メッセージ|sms|下書き|草案|件名案|ご提案|バージョン|翻訳|返信|投稿文|キャッチコピー|文章|テキスト',
		proposal:
			'(?:必要|ご希望|ご要望|修正|変更|調整)[^。\\n]{0,20}(?:お知らせ|お申し付け|おっしゃって|教えて|言って)|しましょうか|いたしましょうか|可能です|できます(?:ので)?|自由に',
		change:
			'トーン|文体|語調|(?:短い|別の|長い|他の)(?:版|バージョン|文案|案|パターン)|短く|言い回し|表現を|件名案|文面|(?:文章|本文|メール)の?(?:調整|修正|変更)',
		asker: '(?:ユーザー|利用者)(?:さん)?(?:は|が|から)[^。\\n]{0,80}(?:求めて|望んで|欲しがって|依頼|頼んで|要求|してほしい|と言って)',
	},
	{
		yes: '当然(?:可以)?|好的|没问题|沒問題|可以|当然，|當然(?:可以)?|明白了?|收到|乐意效劳|非常乐意|是的|了解',
		here: '以下(?:是|为|為)|下面是|这是(?:一|为|我|您|给)|這是(?:一|為|我|您|給)|我(?:已经|已經)?(?:为|為|帮|幫)?[您你]?(?:写|寫|撰写|撰寫|拟|擬|起草|准备|準備|生成)了?',
		text: '邮件|電子郵件|郵件|短信|簡訊|文案|草稿|消息|訊息|信息|版本|翻译|翻譯|回复|回覆|标题|標題|主题行|推文|文本|内容|內容|模板',
		proposal: '(?:如果|如)?(?:需要|想要|希望|您想|要)我|请告诉我|請告訴我|告诉我|告訴我|请随时|請隨時|我可以|希望这|希望這|是否需要',
		change:
			'语气|語氣|语调|風格|风格|(?:更|再)(?:短|正式|简短|簡短|简洁|簡潔)|缩短|縮短|改写|改寫|修改(?:内容|內容|文案|措辞|措辭)|(?:其他|另一|别的|另外)[^。\\n]{0,4}(?:版本|方案)|措辞|措辭|调整(?:内容|文案)|調整(?:內容|文案)',
		asker: '用户(?:想|要|让|需要|希望|请求|要求|问|的需求|的要求)(?!至上)|使用者(?:想|要|讓|希望|要求)',
	},
	{
		yes: '물론(?:입니다|이죠|이에요|이지요)?|네|예|알겠습니다|좋습니다|좋아요|그럼요|당연하죠|기꺼이|문제없습니다',
		here: '아래(?:는|에|와)|다음(?:은|과)|여기|요청하신|작성(?:해|한|된|하신)|준비(?:했|한)|이것은',
		text: '이메일(?! 주소)|메일(?! 주소)|메시지|문자|초안|제안|버전|번역|답장|답변|제목|문구|글|카피|게시글',
		proposal: '드릴까요|할까요|원하시면|필요하시면|말씀해 ?주|알려 ?주|가능합니다|해 ?드릴 수|바랍니다',
		change:
			'말투|어조|톤(?:을|이|의)?|(?:더 )?짧게|(?:다른|더 짧은|더 긴|대체) (?:버전|문구|제목)|다시 (?:작성|써)|문구를|표현을|초안(?:이|을)',
		asker: '사용자(?:가|는|께서)[^.\\n]{0,80}(?:원한다|원합니다|요청|바란다|부탁|물어|원하고)',
	},
	{
		yes: 'ได้เลย(?:ค่ะ|ครับ|คะ)?|ได้(?:ค่ะ|ครับ)|แน่นอน(?:ค่ะ|ครับ)?|ยินดี(?:ค่ะ|ครับ)?|ตกลง(?:ค่ะ|ครับ)?|รับทราบ(?:ค่ะ|ครับ)?|โอเค',
		here: 'นี่คือ|ด้านล่าง(?:นี้)?|ต่อไปนี้|ข้างล่าง(?:นี้)?|ฉันได้(?:เขียน|ร่าง)|ผมได้(?:เขียน|ร่าง)',
		text: 'อีเมล|ข้อความ|เอสเอ็มเอส|sms|ร่าง|ฉบับร่าง|เวอร์ชัน|คำแปล|หัวเรื่อง|คำตอบ|แคปชัน|โพสต์|บทความ',
		proposal: 'ต้องการให้|อยากให้|ให้(?:ฉัน|ผม|ดิฉัน)|บอกได้|แจ้งได้|บอก(?:ฉัน|ผม)|หวังว่า',
		change: 'โทน|น้ำเสียง|ให้สั้นลง|สั้นลง|สั้นกว่า|เวอร์ชันอื่น|แก้ไขข้อความ|ปรับข้อความ|ปรับแก้|เขียนใหม่|สำนวน',
		asker: '(?:ผู้ใช้|ยูสเซอร์)(?:ต้องการ|ขอ|อยาก|ถาม|สั่ง)',
	},
	{
		yes: 'ज़रूर|जरूर|बिल्कुल|बिलकुल|ठीक है|हाँ|अवश्य|निश्चित रूप से|जी हाँ',
		here: 'यह रहा|ये रहा|यहाँ (?:है|आपका|एक)|नीचे|यहां (?:है|आपका|एक)|मैंने',
		text: 'ईमेल(?! पता)|ई-मेल|संदेश|मैसेज|एसएमएस|मसौदा|ड्राफ्ट|ड्राफ़्ट|संस्करण|अनुवाद|जवाब|उत्तर|विषय पंक्ति|टेक्स्ट|पोस्ट',
		proposal: 'क्या आप चाहेंगे|क्या आप चाहते हैं|क्या मैं|मैं [^।\\n]{0,30}सकता|मैं [^।\\n]{0,30}सकती|मुझे बताएँ|मुझे बताएं|बता दें|उम्मीद है',
		change:
			'टोन|लहजा|लहज़ा|छोटा (?:करूँ|कर|संस्करण)|दोबारा लिख|फिर से लिख|(?:दूसरा|अलग) (?:संस्करण|ड्राफ्ट)|शब्दों (?:को|में) बदल|संदेश (?:को|में) (?:बदल|संशोध)',
		asker: '(?:उपयोगकर्ता|यूज़र|यूजर)[^।\\n]{0,80}(?:चाहता है|चाहती है|चाहते हैं|ने कहा|ने पूछा|माँग|मांग)',
	},
	{
		yes: 'chắc chắn(?: rồi)?|tất nhiên(?: rồi)?|dĩ nhiên|được(?: rồi)?|vâng|rất sẵn lòng|không vấn đề gì|ok|dạ',
		here: 'đây là|dưới đây|sau đây|tôi đã (?:viết|soạn|tạo)|mình đã (?:viết|soạn)',
		text: 'e-?mail|thư|tin nhắn|sms|bản nháp|bản thảo|phiên bản|bản dịch|câu trả lời|dòng tiêu đề|tiêu đề|nội dung|văn bản|bài đăng',
		proposal: 'bạn có muốn tôi|có cần tôi|tôi có thể|hãy cho tôi biết|cho mình biết|vui lòng cho tôi biết|hy vọng',
		change:
			'giọng (?:điệu|văn)|ngắn (?:gọn )?hơn|rút ngắn|viết lại|phiên bản (?:khác|ngắn)|chỉnh sửa (?:nội dung|văn bản|tin nhắn|email)|cách diễn đạt',
		asker: 'người dùng (?:muốn|yêu cầu|hỏi|cần|đang)',
	},
	{
		yes: 'tentu(?: saja)?|baik(?:lah)?|siap|dengan senang hati|pasti|oke|ok|ya|boleh',
		here: 'berikut(?: ini)?(?: adalah)?|ini (?:adalah|dia)|di bawah ini|saya telah (?:menulis|membuat|menyusun)|inilah',
		text: 'e-?mail|surel|pesan|sms|draf|konsep|versi|terjemahan|balasan|baris subjek|teks|postingan|takarir',
		proposal:
			'apakah (?:anda|kamu) ingin saya|ingin saya|mau saya|saya bisa|saya dapat|beri ?tahu saya|kabari saya|semoga (?:pesan|email|draf)',
		change:
			'nada(?!\\p{L})|gaya bahasa|lebih (?:singkat|pendek|formal|santai)|mempersingkat|menulis ulang|versi (?:lain|yang)|menyesuaikan (?:teks|pesan|nada|isi)|mengubah (?:teks|pesan|nada)|baris subjek',
		asker: 'pengguna (?:meminta|ingin|mau|menginginkan|bertanya|membutuhkan)',
	},
];

const RIGHT_TO_LEFT: readonly TaskWords[] = [
	{
		yes: 'بالتأكيد|بالطبع|طبعا|طبعًا|حسنا|حسنًا|بكل سرور|على الرحب والسعة|نعم|تمام|أكيد',
		here: 'إليك(?:م)?|هذا هو|هذه هي|هذه|فيما يلي|أدناه|تفضل|ها هو|ها هي|لقد (?:كتبت|أعددت)',
		text: 'رسالة|الرسالة|رسالتك|بريد(?:ك)?(?: الإلكتروني)?|البريد الإلكتروني|إيميل|الإيميل|مسودة|المسودة|نص|النص|نسخة|ترجمة|اقتراح|رد|الرد|سطر الموضوع|منشور',
		proposal: 'هل (?:تريد|ترغب|تود|تريدين|تحب)(?: في)? (?:مني|أن (?:أ|نعدل))|يمكنني|أخبرني|أعلمني|لا تتردد|آمل أن|أتمنى أن',
		change:
			'النبرة|نبرة|الأسلوب|أسلوب|نسخة (?:أقصر|أخرى|مختلفة)|أقصر|إعادة (?:صياغة|كتابة)|صياغة|تعديل (?:النص|الرسالة)|تغيير (?:النص|الرسالة)|سطر الموضوع',
		asker: 'المستخدم(?:ة)? (?:يريد|تريد|يطلب|طلب|يرغب|يسأل|يحتاج)|(?:يريد|يطلب|طلب) المستخدم',
	},
	{
		yes: 'בהחלט|כמובן|בטח|בשמחה|ברור|אין בעיה|בסדר|אוקיי|אוקי|כן|מעולה',
		here: 'הנה|להלן|זה|זו|לפניך|כתבתי|הכנתי|ניסחתי',
		text: 'המייל|מייל|הודעה|ההודעה|אימייל|דוא["״]ל|טיוטה|הטיוטה|נוסח|הנוסח|גרסה|גרסת|תרגום|תשובה|שורת נושא|הצעה|טקסט|הטקסט|מסרון|פוסט',
		proposal: 'האם (?:תרצה|תרצי|תרצו)|אם (?:תרצה|תרצי|תרצו)|רוצה ש|אשמח|אני יכול|אני יכולה|תגיד לי|עדכן אותי|ספר לי|מקווה ש',
		change:
			'הטון|טון|הסגנון|אקצר|לקצר|גרסה (?:קצרה|אחרת|נוספת)|לנסח|אנסח|ניסוח|לשכתב|שאשכתב|שורת נושא|שורות נושא|לשנות את (?:הטקסט|הנוסח|ההודעה)',
		asker: 'המשתמש(?:ת)? (?:רוצה|מבקש|מבקשת|ביקש|ביקשה|שואל|צריך)',
	},
	{
		yes: 'حتماً|حتما|البته|بله|باشه|چشم|با کمال میل|قطعاً|خب',
		here: 'این (?:هم|است)|این|در زیر|در ادامه|متن زیر|نوشتم|آماده کردم|بفرمایید',
		text: 'ایمیل(?! ما)|پیام|پیامک|پیش‌نویس|پیش نویس|متن|نسخه|ترجمه|پاسخ|موضوع ایمیل|پیشنهاد|نامه',
		proposal: 'آیا (?:می‌خواهید|مایلید|میخواهید)|اگر (?:می‌خواهید|مایلید|بخواهید)|می‌توانم|به من بگویید|بگو|امیدوارم',
		change: 'لحن|کوتاه‌تر|کوتاه تر|بازنویسی|نسخه (?:دیگر|کوتاه)|سبک|عبارت‌بندی|تغییر (?:متن|پیام)',
		asker: 'کاربر [^.؟\\n]{0,60}(?:می‌خواهد|میخواهد|خواسته|درخواست)',
	},
];

/** The words of each language. */
export const TASK_WORDS: readonly TaskWords[] = [
	ENGLISH,
	GERMAN,
	FRENCH,
	SPANISH,
	ITALIAN,
	PORTUGUESE,
	DUTCH,
	POLISH,
	...NORDIC,
	...CENTRAL_EUROPEAN,
	...EASTERN_EUROPEAN,
	...ASIAN,
	...RIGHT_TO_LEFT,
];
