/** Owns the part of the gate corpus that is in European languages. */
import type { World } from './gate-corpus';

const ENGLISH: World = {
	language: 'en',
	item: {
		first_name: 'Zoë',
		product: 'Trail Runner 3',
		order: { number: 'A-48213', total: 1249.5, currency: 'EUR' },
		delivery: '2026-07-08',
		size: 43,
	},
	prompt:
		'Two sentences on the order. Offer 20% off with the code SPRING20 at https://shop.example.com/sale until July 12, 2026. Mention free returns.',
	facts: ['first_name', 'order.total', 'order.currency', 'delivery'],
	rules: [
		{ kind: 'contains', attribute: null, phrases: ['free returns'] },
		{ kind: 'avoids', attribute: null, phrases: ['act now', 'guarantee*', 'cheap'] },
		{ kind: 'min_characters', attribute: 'body', limit: 60 },
		{ kind: 'max_characters', attribute: 'body', limit: 330 },
	],
	answers: [
		['good', 'Hi Zoë, your Trail Runner 3 in size 43 arrives on July 8. The total was €1,249.50, free returns included.'],
		[
			'good',
			'Zoë, order A-48213 over 1,249.50 EUR reaches you on Wednesday, 8 July 2026. Take 20% off the next one with SPRING20 until 12 July; free returns as always.',
		],
		[
			'good',
			'Dear Zoë, thank you for your order of EUR 1249.50[1]. It will be with you on 07/08/2026, and free returns are part of it.\n[1] All taxes included.',
		],
		[
			'good',
			[
				'[Delivery] Your shoes are on the way',
				'Hello ZOË! Your parcel comes on 2026-07-08, and the 1249.5 euros are paid. Free returns: https://shop.example.com/sale',
			],
		],
		[
			'good',
			'<p>Hi <b>Zoë</b>, your parcel lands on <span style="font-size:14px">8th July</span>; €1,249.50 is settled.</p><p>Free&nbsp;returns, as you know us.</p>',
		],
		['length', 'Zoë: €1,249.50, July 8, free returns.'],
		[
			'length',
			`Zoë, your order of €1,249.50 arrives on July 8 with free returns. ${'We are so happy that you chose our shop, and we hope that you will come back to it often. '.repeat(4)}`,
		],
		['required_phrases', 'Hi Zoë, your Trail Runner 3 arrives on July 8. You paid €1,249.50, and you can send it back whenever you like.'],
		['banned_phrases', 'Hi Zoë, your order of €1,249.50 arrives on July 8. Act now and look at our other shoes, with free returns.'],
		['banned_phrases', 'Zoë, delivery on July 8 is guaranteed, your order of €1,249.50 is packed, and free returns are included.'],
		['placeholders', 'Hi Zoë, your {{ product }} arrives on July 8. The total of €1,249.50 is paid and free returns are included.'],
		['placeholders', 'Hi Zoë, your order of €1,249.50 arrives on July 8, with free returns. Best wishes, [Your Name]'],
		['placeholders', 'Zoë, your order of €1,249.50 arrives on July 8 with free returns. See you soon in <city>, your team.'],
		['placeholders', 'Zoë, your undefined arrives on July 8. The total of €1,249.50 is paid and free returns are included.'],
		['placeholders', 'As an AI language model I cannot track parcels, but Zoë, your order of €1,249.50 comes on July 8 with free returns.'],
		['placeholders', 'Sure! Here is the e-mail you asked for: Zoë, your order of €1,249.50 arrives on July 8 with free returns.'],
		['facts placeholders', 'Dear , your Trail Runner 3 arrives on July 8. The total of €1,249.50 is paid and free returns are included.'],
		[
			'language',
			'Hallo Zoë, dein Trail Runner 3 kommt am 8. Juli bei dir an. Die Summe von 1.249,50 € ist bezahlt, und es gibt free returns.',
		],
		['facts', 'Hi Joe, your Trail Runner 3 in size 43 arrives on July 8. The total was €1,249.50, free returns included.'],
		['facts', 'Hi Zoë, your Trail Runner 3 in size 43 arrives on July 8. The total in euros is already paid, free returns included.'],
		['facts', 'Hi Zoë, your Trail Runner 3 in size 43 arrives on July 8. The total was $1,249.50, free returns included.'],
		['facts invented', 'Hi Zoë, your Trail Runner 3 in size 43 arrives on July 9. The total was €1,249.50, free returns included.'],
		['facts invented', 'Hi Zoë, your Trail Runner 3 arrives on July 8. The total was €1,294.50, and free returns are included.'],
		['invented', 'Hi Zoë, your order of €1,249.50 arrives on July 8. Take 25% off the next one; free returns included.'],
		['invented', 'Hi Zoë, your order of €1,249.50 arrives on July 8, with free returns. Use WELCOME25 for your next one.'],
		['invented', 'Hi Zoë, your order of €1,249.50 arrives on July 8, with free returns. Track it at https://track.example.net/zoe'],
		['invented', 'Hi Zoë, your order of €1,249.50 arrives on July 8 between 2 and 4 pm. Questions? Free returns, or call +1 555 010 9988.'],
		[
			'undecided invented',
			'Hi Zoë, your order of €1,249.50 arrives on July 8 with free returns. Two hundred people bought these shoes this week.',
			'Numbers in words are not read.',
		],
		[
			'undecided invented',
			'Hi Zoë, your order of €1,249.50 arrives on July 8 with free returns. We loved meeting you in our shop in Rome.',
			'An invented event has no number.',
		],
	],
};

const GERMAN: World = {
	language: 'de',
	item: {
		vorname: 'Jürgen',
		punkte: 12500,
		betrag: '1.249,50 €',
		ablauf: '31.12.2026',
		filiale: 'Köln',
		artikel: ['Zelt', 'Kocher', 'Lampe'],
	},
	prompt: 'Zwei Sätze zum Punktestand. Nenne 0 € Versandkosten und den Betreff. Bis zum Ablauf gilt der Stand.',
	facts: ['vorname', 'punkte', 'betrag', 'ablauf'],
	rules: [
		{ kind: 'contains', attribute: null, phrases: ['Punkte*'] },
		{ kind: 'avoids', attribute: null, phrases: ['billig', 'kostenlos*', 'nur noch heute'] },
		{ kind: 'min_words', attribute: 'body', limit: 10 },
		{ kind: 'max_words', attribute: 'body', limit: 45 },
	],
	answers: [
		['good', 'Hallo Jürgen, du hast 12.500 Punkte im Wert von 1.249,50 €. Sie gelten bis zum 31. Dezember 2026 in deiner Filiale in Köln.'],
		[
			'good',
			'Lieber Jürgen, dein Punktestand liegt bei 12 500, das sind 1249,50 Euro. Löse die Punkte bis zum 31.12. ein, für Zelt, Kocher und Lampe.',
		],
		['good', 'Jürgen, 12500 Punkte warten auf dich: EUR 1.249,50 bei null Euro Versandkosten. Am 31.12.2026 verfallen sie.'],
		[
			'good',
			[
				'Jürgens Punktestand',
				'Schön, dass du da bist, Jürgen! Für deine drei Artikel gibt es 12.500 Punkte, also 1.249,50 €, gültig bis 31. Dezember.',
			],
		],
		['good', 'Hallo Jürgen, mehr als KI: echte Beratung in Köln. Deine 12.500 Punkte sind 1.249,50 € wert und gelten bis 31.12.2026.'],
		['length', 'Jürgen: 12.500 Punkte, 1.249,50 €, bis 31.12.2026.'],
		[
			'required_phrases',
			'Hallo Jürgen, dein Guthaben von 12.500 im Wert von 1.249,50 € gilt bis zum 31. Dezember 2026 in der Filiale in Köln.',
		],
		[
			'banned_phrases',
			'Hallo Jürgen, deine 12.500 Punkte sind 1.249,50 € wert. Nur noch heute und bis 31.12.2026 gelten sie in der Filiale in Köln.',
		],
		['banned_phrases', 'Hallo Jürgen, deine 12.500 Punkte sind 1.249,50 € wert, gültig bis zum 31.12.2026, und der Versand ist kostenlos.'],
		['placeholders', 'Hallo Jürgen, deine 12.500 Punkte sind 1.249,50 € wert und gelten bis 31.12.2026. Viele Grüße, [Ihr Name]'],
		['placeholders', 'Hallo Jürgen, deine 12.500 Punkte in %FILIALE% sind 1.249,50 € wert und gelten bis zum 31. Dezember 2026.'],
		[
			'placeholders',
			'Hallo Jürgen, deine 12.500 Punkte (${wert}) sind 1.249,50 € wert und gelten in der Filiale bis zum 31. Dezember 2026.',
		],
		[
			'placeholders',
			'Als KI-Sprachmodell kenne ich dich nicht, Jürgen, aber deine 12.500 Punkte sind 1.249,50 € wert und gelten bis 31.12.2026.',
		],
		['facts placeholders', 'Hallo null, deine 12.500 Punkte sind 1.249,50 € wert und gelten bis zum 31. Dezember 2026 in der Filiale.'],
		['facts placeholders', 'Sehr geehrte , Ihre 12.500 Punkte sind 1.249,50 € wert und gelten bis zum 31. Dezember 2026 in der Filiale.'],
		['language', 'Hi Jürgen, your 12,500 Punkte are worth €1,249.50 and you can spend all of them in the shop until December 31, 2026.'],
		['language', 'Hoi Jürgen, je hebt 12.500 Punkte ter waarde van € 1.249,50 en je kunt ze tot 31 december 2026 in de winkel gebruiken.'],
		['facts', 'Hallo Jochen, du hast 12.500 Punkte im Wert von 1.249,50 €. Sie gelten bis zum 31. Dezember 2026 in deiner Filiale.'],
		['facts', 'Hallo Jürgen, du hast viele Punkte im Wert von 1.249,50 €. Sie gelten bis zum 31. Dezember 2026 in deiner Filiale in Köln.'],
		[
			'facts invented',
			'Hallo Jürgen, du hast 12.500 Punkte im Wert von 1.249,50 €. Sie gelten bis zum 30. November 2026 in deiner Filiale.',
		],
		['invented', 'Hallo Jürgen, deine 12.500 Punkte sind 1.249,50 € wert und gelten bis 31.12.2026. Dazu gibt es 15 % auf Zelte.'],
		['invented', 'Hallo Jürgen, deine 12.500 Punkte sind 1.249,50 € wert und gelten bis 31.12.2026. Komm um 18:30 Uhr nach Köln.'],
		[
			'undecided language',
			[
				'Black Friday Deals für Jürgen',
				'Hallo Jürgen, du hast 12.500 Punkte im Wert von 1.249,50 €. Sie gelten bis zum 31. Dezember 2026 in Köln.',
			],
			'Borrowed words in a short subject are no other language.',
		],
	],
};

const FRENCH: World = {
	language: 'fr',
	item: { prenom: 'Hélène', abonnement: 'Premium', prix: 89.9, renouvellement: '2026-09-01', ville: 'Orléans' },
	prompt: 'Deux phrases sur le renouvellement. Mentionner le service client au 01 23 45 67 89.',
	facts: ['prenom', 'prix', 'renouvellement', 'abonnement'],
	rules: [
		{ kind: 'contains', attribute: null, phrases: ['service client'] },
		{ kind: 'avoids', attribute: null, phrases: ['gratuit', 'dernière chance'] },
		{ kind: 'max_characters', attribute: 'body', limit: 260 },
		{ kind: 'min_characters', attribute: 'body', limit: 60 },
	],
	answers: [
		[
			'good',
			'Bonjour Hélène, votre abonnement Premium se renouvelle le 1er septembre 2026 au prix de 89,90 €. Le service client reste à votre écoute.',
		],
		['good', 'Hélène, votre formule Premium à 89,90 € continue le 01/09/2026. Une question ? Le service client répond au 01 23 45 67 89.'],
		[
			'good',
			'Chère Hélène, le 1 septembre, votre abonnement premium sera renouvelé pour 89.90 euros ; notre service client à Orléans vous aide volontiers.',
		],
		['good', 'Bonjour !\nHélène, votre abonnement Premium se poursuit dès le 1er sept. pour 89,9 €. Le service client est là pour vous.'],
		['length', 'Hélène, Premium, 89,90 €, 1er sept., service client.'],
		[
			'required_phrases',
			"Bonjour Hélène, votre abonnement Premium se renouvelle le 1er septembre 2026 au prix de 89,90 €. Notre équipe reste à l'écoute.",
		],
		['banned_phrases', 'Bonjour Hélène, votre abonnement Premium se renouvelle le 1er septembre à 89,90 €. Le service client est gratuit.'],
		[
			'banned_phrases',
			'Bonjour Hélène, derniere chance : votre abonnement Premium se renouvelle le 1er septembre à 89,90 €, dit le service client.',
		],
		['placeholders', 'Bonjour Hélène, votre abonnement Premium se renouvelle le 1er septembre à 89,90 €. [Nom], du service client'],
		['placeholders', 'Bonjour Hélène, votre abonnement Premium se renouvelle le 1er septembre à {% prix %} 89,90 €. Votre service client'],
		[
			'facts placeholders',
			'Bonjour , votre abonnement Premium se renouvelle le 1er septembre 2026 au prix de 89,90 €. Votre service client',
		],
		[
			'placeholders',
			"En tant que modèle de langage, je rappelle à Hélène que l'abonnement Premium se renouvelle le 1er septembre à 89,90 €. Voir le service client.",
		],
		[
			'language',
			'Hello Hélène, your Premium plan renews on 1 September 2026 for €89.90. Our service client is there for you whenever you need help.',
		],
		[
			'language',
			'Hola Hélène, tu suscripción Premium se renueva el 1 de septiembre por 89,90 €. Nuestro service client te ayuda cuando quieras.',
		],
		[
			'facts',
			'Bonjour Hélène, votre abonnement Premium se renouvelle le 1er septembre 2026 comme convenu. Le service client reste à votre écoute.',
		],
		['facts', 'Bonjour Helena, votre abonnement Premium se renouvelle le 1er septembre à 89,90 €. Le service client vous salue.'],
		[
			'facts invented',
			'Bonjour Hélène, votre abonnement Premium se renouvelle le 1er octobre 2026 au prix de 89,90 €. Votre service client',
		],
		['invented', 'Bonjour Hélène, votre abonnement Premium se renouvelle le 1er septembre à 89,90 €. Le service client vous offre 3 mois.'],
		['invented', 'Bonjour Hélène, votre abonnement Premium se renouvelle le 1er septembre à 89,90 €. Service client : 01 98 76 54 32.'],
	],
};

const SPANISH: World = {
	language: 'es',
	item: { nombre: 'José', plazas: 3, destino: 'Málaga', salida: '2026-08-15T18:30:00', precio: 1500 },
	prompt: 'Dos frases sobre el viaje. La cancelación es flexible. Un 10 % menos para el próximo viaje.',
	facts: ['nombre', 'plazas', 'destino', 'salida', 'precio'],
	rules: [
		{ kind: 'contains', attribute: null, phrases: ['cancelación flexible'] },
		{ kind: 'avoids', attribute: null, phrases: ['gratis', 'oferta*'] },
		{ kind: 'max_words', attribute: 'body', limit: 45 },
		{ kind: 'min_words', attribute: 'body', limit: 12 },
	],
	answers: [
		['good', 'Hola, José: tus 3 plazas a Málaga salen el 15 de agosto de 2026 a las 18:30. Has pagado 1.500 € con cancelación flexible.'],
		[
			'good',
			'José, tres plazas a Málaga por 1500 euros, con cancelacion flexible. Salida: 15/08/2026, 6:30 p. m. en la estación de siempre.',
		],
		[
			'good',
			'Todo listo, José: salimos a Málaga el 15 de agosto con tus 3 plazas (1.5 mil euros, cancelación flexible) y un 10% menos la próxima vez.',
		],
		['length', 'José, 3 plazas, Málaga, 15 de agosto, 1500, cancelación flexible.'],
		[
			'required_phrases',
			'Hola, José: tus 3 plazas a Málaga salen el 15 de agosto de 2026 a las 18:30. Has pagado 1.500 € y puedes cambiar.',
		],
		['banned_phrases', 'Hola, José: tus 3 plazas a Málaga salen el 15 de agosto por 1.500 €, con cancelación flexible y maleta gratis.'],
		['banned_phrases', 'Hola, José: mira las ofertas; tus 3 plazas a Málaga salen el 15 de agosto por 1.500 €, con cancelación flexible.'],
		['facts placeholders', 'Hola [Nombre], tus 3 plazas a Málaga salen el 15 de agosto por 1.500 €, con cancelación flexible para ti.'],
		['placeholders', 'Hola, José: tus 3 plazas a Málaga salen el 15 de agosto por 1.500 €, con cancelación flexible. *|FIRMA|*'],
		[
			'placeholders',
			'Como modelo de lenguaje te deseo buen viaje, José: 3 plazas a Málaga el 15 de agosto por 1.500 €, con cancelación flexible.',
		],
		[
			'language',
			'Olá, José: os seus 3 lugares para Málaga saem no dia 15 de agosto às 18:30 por 1.500 €, com cancelación flexible, não perca a viagem.',
		],
		[
			'language',
			'Hi José, your 3 seats to Málaga leave on August 15 at 6:30 pm. You paid €1,500 and everything comes with cancelación flexible.',
		],
		['facts', 'Hola, José: tus 3 plazas a Granada salen el 15 de agosto de 2026 a las 18:30. Has pagado 1.500 € con cancelación flexible.'],
		['facts', 'Hola, José: tus plazas a Málaga salen el 15 de agosto de 2026 a las 18:30. Has pagado 1.500 € con cancelación flexible.'],
		[
			'facts invented',
			'Hola, José: tus 3 plazas a Málaga salen el 16 de agosto de 2026 a las 18:30. Has pagado 1.500 € con cancelación flexible.',
		],
		['facts invented', 'Hola, José: tus 3 plazas a Málaga salen el 15 de agosto a las 18:30. Has pagado 1.050 € con cancelación flexible.'],
		['invented', 'Hola, José: tus 3 plazas a Málaga salen el 15 de agosto a las 19:45. Has pagado 1.500 € con cancelación flexible.'],
	],
};

const ITALIAN: World = {
	language: 'it',
	item: { nome: 'Giulia', taglia: 38, prodotto: 'Sandali Mare', sconto: 0.15, scadenza: '2026-06-30' },
	prompt: 'Due frasi sul prodotto e sullo sconto. Il reso è facile.',
	facts: ['nome', 'prodotto', 'sconto', 'scadenza'],
	rules: [
		{ kind: 'contains', attribute: null, phrases: ['reso facile'] },
		{ kind: 'avoids', attribute: null, phrases: ['affrettati', 'economico'] },
		{ kind: 'max_characters', attribute: 'body', limit: 220 },
		{ kind: 'min_characters', attribute: 'body', limit: 60 },
	],
	answers: [
		[
			'good',
			'Ciao Giulia, i Sandali Mare nella taglia 38 ti aspettano con il 15% di sconto fino al 30 giugno 2026. Reso facile, come sempre.',
		],
		['good', 'Giulia, fino al 30/06 hai il 15 % sui sandali mare, con reso facile. La taglia 38 è ancora disponibile per te.'],
		['length', 'Giulia: Sandali Mare, 15%, 30 giugno, reso facile.'],
		[
			'required_phrases',
			'Ciao Giulia, i Sandali Mare nella taglia 38 ti aspettano con il 15% di sconto fino al 30 giugno 2026. Puoi cambiarli.',
		],
		['banned_phrases', 'Affrettati, Giulia: i Sandali Mare ti aspettano con il 15% di sconto fino al 30 giugno 2026, con reso facile.'],
		['facts placeholders', 'Ciao {nome}, i Sandali Mare nella taglia 38 ti aspettano con il 15% di sconto fino al 30 giugno. Reso facile.'],
		['placeholders', 'Ciao Giulia, i Sandali Mare ti aspettano con il 15% di sconto fino al 30 giugno. Reso facile. [inserire firma qui]'],
		['placeholders', 'Come modello linguistico consiglio a Giulia i Sandali Mare con il 15% di sconto fino al 30 giugno, con reso facile.'],
		[
			'language',
			'Ciao Giulia, deine Sandali Mare warten mit 15 % Rabatt bis zum 30. Juni auf dich, und der Umtausch ist leicht: reso facile.',
		],
		['facts', 'Ciao Giulia, i Sandali Mare nella taglia 38 ti aspettano a un prezzo speciale fino al 30 giugno. Reso facile.'],
		['facts invented', 'Ciao Giulia, i Sandali Mare nella taglia 38 ti aspettano con il 50% di sconto fino al 30 giugno. Reso facile.'],
		['invented', 'Ciao Giulia, i Sandali Mare ti aspettano con il 15% di sconto fino al 30 giugno, reso facile entro 90 giorni.'],
	],
};

const PORTUGUESE: World = {
	language: 'pt',
	item: { nome: 'João', pedido: 'BR-77120', total: 'R$ 2.399,00', entrega: '2026-03-05' },
	prompt: 'Duas frases sobre o pedido. Entrega rastreada.',
	facts: ['nome', 'pedido', 'total', 'entrega'],
	rules: [
		{ kind: 'contains', attribute: null, phrases: ['entrega rastreada'] },
		{ kind: 'avoids', attribute: null, phrases: ['imperdível', 'grátis'] },
		{ kind: 'max_words', attribute: 'body', limit: 40 },
		{ kind: 'min_words', attribute: 'body', limit: 12 },
	],
	answers: [
		[
			'good',
			'Olá, João! O seu pedido BR-77120 de R$ 2.399,00 chega no dia 5 de março de 2026, com entrega rastreada para você acompanhar.',
		],
		[
			'good',
			'João, a entrega rastreada do pedido BR 77120 está marcada para 05/03/2026. O total foi de 2.399 reais, obrigado pela confiança.',
		],
		['length', 'João: BR-77120, R$ 2.399, 5 de março, entrega rastreada.'],
		['required_phrases', 'Olá, João! O seu pedido BR-77120 de R$ 2.399,00 chega no dia 5 de março de 2026, e você pode acompanhar tudo.'],
		['banned_phrases', 'Olá, João! Imperdivel: o seu pedido BR-77120 de R$ 2.399,00 chega no dia 5 de março, com entrega rastreada.'],
		['facts placeholders', 'Olá, [Primeiro Nome]! O seu pedido BR-77120 de R$ 2.399,00 chega no dia 5 de março, com entrega rastreada.'],
		['placeholders', 'Olá, João! O seu pedido BR-77120 de R$ 2.399,00 chega no dia 5 de março, com entrega rastreada. [object Object]'],
		[
			'language',
			'Hola, João: tu pedido BR-77120 de R$ 2.399,00 llega el 5 de marzo de 2026, con entrega rastreada para que lo puedas seguir hasta tu casa.',
		],
		['facts', 'Olá, João! O seu pedido de R$ 2.399,00 chega no dia 5 de março de 2026, com entrega rastreada para você acompanhar.'],
		[
			'facts',
			'Olá, João! O seu pedido BR-77120 de € 2.399,00 chega no dia 5 de março de 2026, com entrega rastreada para você acompanhar.',
		],
		[
			'facts invented',
			'Olá, João! O seu pedido BR-77120 de R$ 2.399,00 chega no dia 7 de março de 2026, com entrega rastreada para você acompanhar.',
		],
		['invented', 'Olá, João! O seu pedido BR-77120 de R$ 2.399,00 chega no dia 5 de março, com entrega rastreada e 2 anos de cuidado.'],
	],
};

const DUTCH: World = {
	language: 'nl',
	item: { voornaam: 'Sanne', punten: 340, winkel: 'Utrecht', verloopt: '2026-11-30' },
	prompt: 'Twee zinnen over de punten. Ruilen mag altijd.',
	facts: ['voornaam', 'punten', 'verloopt'],
	rules: [
		{ kind: 'contains', attribute: null, phrases: ['ruilen'] },
		{ kind: 'avoids', attribute: null, phrases: ['gratis', 'haast je'] },
		{ kind: 'max_characters', attribute: 'body', limit: 200 },
		{ kind: 'min_characters', attribute: 'body', limit: 60 },
	],
	answers: [
		['good', 'Hoi Sanne, je hebt 340 punten in onze winkel in Utrecht. Ze verlopen op 30 november 2026, en ruilen mag altijd.'],
		['good', "Sanne, wist je dat je 340 punten tot 30-11-2026 geldig zijn? Sanne's punten wachten in Utrecht; ruilen kan ook."],
		['length', 'Sanne: 340 punten, 30 november, ruilen mag.'],
		['required_phrases', 'Hoi Sanne, je hebt 340 punten in onze winkel in Utrecht. Ze verlopen op 30 november 2026, dus kom gauw langs.'],
		['banned_phrases', 'Haast je, Sanne: je 340 punten in Utrecht verlopen op 30 november 2026, en ruilen mag altijd.'],
		['placeholders', 'Hoi Sanne, je hebt 340 punten. Ze verlopen op 30 november 2026, en ruilen mag altijd. Groeten, [Bedrijfsnaam]'],
		['placeholders', 'Als AI-model groet ik je, Sanne: je 340 punten verlopen op 30 november 2026, en ruilen mag altijd.'],
		['language', 'Hallo Sanne, du hast 340 Punkte in unserem Laden. Sie verfallen am 30. November 2026, und ruilen ist immer möglich.'],
		['language', 'Hi Sanne, you have 340 points in our shop in Utrecht. They expire on 30 November 2026, and ruilen is always possible.'],
		['facts', 'Hoi Anne, je hebt 340 punten in onze winkel in Utrecht. Ze verlopen op 30 november 2026, en ruilen mag altijd.'],
		['facts invented', 'Hoi Sanne, je hebt 430 punten in onze winkel in Utrecht. Ze verlopen op 30 november 2026, en ruilen mag altijd.'],
		['invented', 'Hoi Sanne, je hebt 340 punten tot 30 november 2026, en ruilen mag altijd. Kom vanavond om 20:15 langs in Utrecht.'],
	],
};

const POLISH: World = {
	language: 'pl',
	item: { imie: 'Anna', rata: '1 234,50 zł', termin: '2026-10-12', umowa: 'PL/2026/0815' },
	prompt: 'Dwa zdania o racie. Kontakt z doradcą jest możliwy.',
	facts: ['imie', 'rata', 'termin'],
	rules: [
		{ kind: 'contains', attribute: null, phrases: ['doradc*'] },
		{ kind: 'avoids', attribute: null, phrases: ['gwarancja', 'za darmo'] },
		{ kind: 'max_words', attribute: 'body', limit: 40 },
		{ kind: 'min_words', attribute: 'body', limit: 10 },
	],
	answers: [
		['good', 'Cześć, Anno! Twoja rata w wysokości 1234,50 zł przypada na 12 października 2026 r. W razie pytań zapytaj doradcę.'],
		['good', 'Anna, przypominamy o racie 1 234,50 PLN z terminem 12.10.2026. Nasz doradca chętnie odpowie na wszystkie pytania.'],
		[
			'good',
			'Dla Anny mamy dobrą wiadomość: ratę 1.234,50 złotych można zapłacić do 12 paź 2026, a doradca pomoże w sprawie umowy PL/2026/0815.',
		],
		['length', 'Anno, rata 1234,50 zł, 12 października, doradca.'],
		['required_phrases', 'Cześć, Anno! Twoja rata w wysokości 1234,50 zł przypada na 12 października 2026 r. W razie pytań napisz do nas.'],
		['banned_phrases', 'Cześć, Anno! Twoja rata 1234,50 zł przypada na 12 października 2026 r., a doradca pomoże ci za darmo.'],
		['placeholders', 'Cześć, Anno! Twoja rata 1234,50 zł przypada na 12 października 2026 r. Pozdrawiam, [Imię i nazwisko], doradca'],
		['placeholders', 'Jako model językowy przypominam, Anno: rata 1234,50 zł przypada na 12 października 2026 r., a doradca pomoże.'],
		[
			'language',
			'Ahoj Anno, tvoje splátka ve výši 1234,50 zł je splatná dne 12. října 2026. S dotazy se obrať na našeho doradce, rád pomůže.',
		],
		['facts', 'Cześć, Marto! Twoja rata w wysokości 1234,50 zł przypada na 12 października 2026 r. W razie pytań zapytaj doradcę.'],
		['facts invented', 'Cześć, Anno! Twoja rata w wysokości 1243,50 zł przypada na 12 października 2026 r. W razie pytań zapytaj doradcę.'],
		['facts invented', 'Cześć, Anno! Twoja rata w wysokości 1234,50 zł przypada na 12 listopada 2026 r. W razie pytań zapytaj doradcę.'],
		['invented', 'Cześć, Anno! Twoja rata 1234,50 zł przypada na 12 października 2026 r. Doradca czeka pod adresem pomoc@bank.example.com'],
	],
};

export const EUROPEAN_WORLDS: readonly World[] = [ENGLISH, GERMAN, FRENCH, SPANISH, ITALIAN, PORTUGUESE, DUTCH, POLISH];
