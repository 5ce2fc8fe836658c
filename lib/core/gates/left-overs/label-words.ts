/** Lists the labels that models put before parts of a message, and before texts to choose from. Words only; the rules are in labels.ts. */

/** Names of the subject of a mail; those that also mean any topic are in {@link TOPIC_LABELS}. */
export const SUBJECT_LABELS =
	"subject(?: line)?|e-?mail subject|betreff(?:zeile)?|objet(?: de l[’']e-?mail)?|asunto|oggetto|assunto|onderwerp(?:sregel)?|ämnesrad|emnefelt|emnelinje|předmět|predmet|tárgy|subiect|subjek|件名|主旨|邮件主题|郵件主旨|电子邮件主题|메일 제목|이메일 제목|หัวเรื่อง|หัวข้ออีเมล|الموضوع|שורת נושא|dòng tiêu đề|konu satırı|тема письма|тема листа|temat wiadomości|ईमेल विषय|موضوع ایمیل";

/** They name any topic too: that of a lecture, of an evening. */
export const TOPIC_LABELS =
	'тема|temat|tema|ämne|emne|aihe|otsikko|konu|θέμα|относно|предмет|naslov|主题|主題|标题|標題|제목|หัวข้อ|נושא|विषय|chủ đề|tiêu đề|موضوع|hal|judul|perihal';

/** Names of further parts of a mail. */
export const PART_LABELS =
	'(?:e-?mail |message |mail )?body(?: text)?|pre-?header|preview text|headline|cta|call[ -]to[ -]action|e-?mail(?: text| content)?|message(?: text)?|sms(?: text)?|text message|mailtext|e-?mail-text|nachrichtentext|corps(?: du (?:message|mail|texte))?|cuerpo(?: del (?:mensaje|correo))?|corpo(?: da mensagem| del messaggio)?|berichttekst|treść(?: wiadomości)?|brödtext|tekst|текст (?:письма|сообщения)|本文|メール本文|正文|邮件正文|본문|เนื้อหา|نص الرسالة|גוף ההודעה|nội dung|isi(?: pesan| email)?';

/** Names of texts to choose from. */
export const CHOICE_LABELS =
	'option|version|variant|variation|draft|alternative|example|sample|suggestion|sms|message|e-?mail|subject line|subject|headline|variante|fassung|entwurf|vorschlag|beispiel|betreff|proposition|objet|exemple|opción|versión|propuesta|borrador|ejemplo|opzione|versione|proposta|bozza|oggetto|opção|versão|rascunho|optie|versie|voorstel|opcja|wersja|propozycja|alternativ|förslag|forslag|mulighed|valg|vaihtoehto|versio|ehdotus|možnost|verze|návrh|opció|változat|opțiunea|varianta|seçenek|sürüm|вариант|версия|варіант|версія|опция|επιλογή|έκδοση|lựa chọn|phương án|phiên bản|opsi|pilihan|versi|案|パターン|候補|バージョン|件名|选项|選項|版本|方案|标题|文案|옵션|버전|시안|제목|안|ตัวเลือก(?:ที่)?|แบบที่|เวอร์ชัน|الخيار|النسخة|خيار|נסח|אפשרות|גרסה|विकल्प|संस्करण';
