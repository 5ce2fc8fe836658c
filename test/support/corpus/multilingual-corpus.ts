/** Owns the texts that the token estimate is held against: one per script and kind of text that campaigns carry. */

/** Name and text; the names appear in failures. */
export const CORPUS: readonly (readonly [name: string, text: string])[] = [
	[
		'English',
		'Hi Anna, we noticed that you left two pairs of running shoes in your basket last Thursday. Your size is still available, and delivery is free until Sunday. Would you like us to keep them for you?',
	],
	[
		'German',
		'Guten Tag Frau Müller, Ihre Lieblingsschuhe liegen noch im Warenkorb. Die Versandkostenfreigrenze wurde für Stammkundinnen herabgesetzt, und Ihre Größe ist weiterhin verfügbar. Dürfen wir sie zurücklegen?',
	],
	[
		'French',
		'Bonjour Hélène, vous avez laissé deux paires de chaussures dans votre panier jeudi dernier. Votre pointure est encore disponible et la livraison est offerte jusqu’à dimanche. Souhaitez-vous que nous les gardions ?',
	],
	[
		'Spanish',
		'Hola José, dejaste dos pares de zapatillas en tu cesta el jueves pasado. Tu talla sigue disponible y el envío es gratuito hasta el domingo. ¿Quieres que te las guardemos?',
	],
	[
		'Portuguese',
		'Olá João, você deixou dois pares de tênis no carrinho na última quinta-feira. O seu tamanho ainda está disponível e a entrega é grátis até domingo. Quer que a gente guarde para você?',
	],
	[
		'Italian',
		'Ciao Giulia, giovedì scorso hai lasciato due paia di scarpe nel carrello. La tua misura è ancora disponibile e la spedizione è gratuita fino a domenica. Vuoi che le teniamo da parte per te?',
	],
	[
		'Dutch',
		'Beste Sanne, je hebt vorige week twee paar hardloopschoenen in je winkelmandje laten liggen. Jouw maat is nog op voorraad en de bezorging is gratis tot en met zondag. Zullen we ze voor je bewaren?',
	],
	[
		'Polish',
		'Dzień dobry, w ubiegły czwartek zostawiła Pani w koszyku dwie pary butów do biegania. Pani rozmiar jest nadal dostępny, a przesyłka jest bezpłatna do niedzieli. Czy mamy je odłożyć?',
	],
	[
		'Czech',
		'Dobrý den, minulý čtvrtek jste nechala v košíku dva páry běžeckých bot. Vaše velikost je stále k dispozici a doprava je do neděle zdarma. Máme vám je odložit?',
	],
	[
		'Turkish',
		'Merhaba Ayşe Hanım, geçen perşembe sepetinizde iki çift koşu ayakkabısı bıraktınız. Numaranız hâlâ mevcut ve pazar gününe kadar kargo ücretsiz. Sizin için ayıralım mı?',
	],
	[
		'Finnish',
		'Hei Päivi, jätit viime torstaina kahdet juoksukengät ostoskoriisi. Kokosi on edelleen saatavilla, ja toimitus on maksuton sunnuntaihin asti. Haluatko, että säilytämme ne sinulle?',
	],
	[
		'Hungarian',
		'Kedves Zsófia! Múlt csütörtökön két pár futócipőt hagyott a kosarában. A mérete még elérhető, és a kiszállítás vasárnapig ingyenes. Szeretné, hogy félretegyük Önnek?',
	],
	[
		'Vietnamese',
		'Chào chị Hương, thứ Năm tuần trước chị đã để lại hai đôi giày chạy bộ trong giỏ hàng. Cỡ của chị vẫn còn và miễn phí giao hàng đến Chủ nhật. Chị có muốn chúng tôi giữ lại không ạ?',
	],
	[
		'Indonesian',
		'Halo Dewi, Kamis lalu Anda meninggalkan dua pasang sepatu lari di keranjang belanja. Ukuran Anda masih tersedia dan pengiriman gratis sampai hari Minggu. Apakah Anda ingin kami menyimpannya?',
	],
	[
		'Swahili',
		'Habari Amina, Alhamisi iliyopita uliacha jozi mbili za viatu vya kukimbia kwenye kikapu chako. Saizi yako bado inapatikana na usafirishaji ni bure hadi Jumapili. Je, ungependa tukuwekee?',
	],
	[
		'Russian',
		'Здравствуйте, Анна! В прошлый четверг вы оставили в корзине две пары кроссовок. Ваш размер всё ещё есть в наличии, а доставка бесплатна до воскресенья. Отложить их для вас?',
	],
	[
		'Ukrainian',
		'Доброго дня, Олено! Минулого четверга ви залишили в кошику дві пари кросівок. Ваш розмір досі є в наявності, а доставка безкоштовна до неділі. Відкласти їх для вас?',
	],
	[
		'Greek',
		'Γεια σας Ελένη, την περασμένη Πέμπτη αφήσατε δύο ζευγάρια παπούτσια στο καλάθι σας. Το νούμερό σας είναι ακόμη διαθέσιμο και τα μεταφορικά είναι δωρεάν έως την Κυριακή.',
	],
	[
		'Arabic',
		'مرحبا فاطمة، لقد تركت زوجين من أحذية الجري في سلة التسوق يوم الخميس الماضي. مقاسك لا يزال متوفرا والتوصيل مجاني حتى يوم الأحد. هل تودين أن نحتفظ بهما لك؟',
	],
	[
		'Persian',
		'سلام مریم، پنجشنبه گذشته دو جفت کفش ورزشی در سبد خرید خود گذاشتید. سایز شما هنوز موجود است و ارسال تا یکشنبه رایگان است. آیا می‌خواهید آن‌ها را برای شما نگه داریم؟',
	],
	[
		'Hebrew',
		'שלום דנה, ביום חמישי שעבר השארת שני זוגות נעלי ריצה בסל הקניות. המידה שלך עדיין במלאי והמשלוח חינם עד יום ראשון. האם תרצי שנשמור אותן עבורך?',
	],
	[
		'Hindi',
		'नमस्ते प्रिया, पिछले गुरुवार को आपने अपनी टोकरी में दौड़ने वाले जूतों की दो जोड़ियाँ छोड़ दी थीं। आपका साइज़ अभी भी उपलब्ध है और रविवार तक डिलीवरी मुफ़्त है। क्या हम इन्हें आपके लिए रख लें?',
	],
	[
		'Bengali',
		'নমস্কার, গত বৃহস্পতিবার আপনি আপনার ঝুড়িতে দুই জোড়া দৌড়ানোর জুতা রেখে গেছেন। আপনার মাপ এখনও পাওয়া যাচ্ছে এবং রবিবার পর্যন্ত ডেলিভারি বিনামূল্যে।',
	],
	[
		'Tamil',
		'வணக்கம், கடந்த வியாழக்கிழமை உங்கள் கூடையில் இரண்டு ஜோடி காலணிகளை விட்டுச் சென்றீர்கள். உங்கள் அளவு இன்னும் கிடைக்கிறது, ஞாயிறு வரை விநியோகம் இலவசம்.',
	],
	['Thai', 'สวัสดีค่ะคุณสมหญิง เมื่อวันพฤหัสบดีที่แล้วคุณทิ้งรองเท้าวิ่งสองคู่ไว้ในตะกร้า ขนาดของคุณยังมีอยู่และจัดส่งฟรีจนถึงวันอาทิตย์ ต้องการให้เราเก็บไว้ให้ไหมคะ'],
	['Chinese, simplified', '您好，王女士。上周四您在购物车里留下了两双跑鞋。您的尺码仍然有货，周日之前免费送货。需要我们为您保留吗？'],
	['Chinese, traditional', '您好，陳小姐。上週四您在購物車裡留下了兩雙跑鞋。您的尺碼仍然有貨，週日之前免費送貨。需要我們為您保留嗎？'],
	[
		'Japanese',
		'田中様、先週の木曜日にランニングシューズを二足カートに残されました。お客様のサイズはまだ在庫があり、日曜日まで送料無料です。お取り置きいたしましょうか。',
	],
	[
		'Korean',
		'안녕하세요 김민지 님, 지난 목요일에 장바구니에 러닝화 두 켤레를 남겨 두셨습니다. 고객님의 사이즈는 아직 재고가 있으며 일요일까지 무료로 배송해 드립니다. 보관해 드릴까요?',
	],
	[
		'Georgian',
		'გამარჯობა ნინო, გასულ ხუთშაბათს კალათაში დატოვეთ ორი წყვილი ფეხსაცმელი. თქვენი ზომა ჯერ კიდევ ხელმისაწვდომია და მიწოდება უფასოა კვირამდე.',
	],
	['emoji', 'Big news 🎉🎉 your order 📦 is on its way 🚚💨! Thanks ❤️ from the whole team 👩‍👩‍👧‍👦🇩🇪🇯🇵 ✅ 20% off 🔥'],
	[
		'JSON',
		'{"customer":{"id":"c_48213","name":"Anna","segment":"vip","orders":[{"sku":"RUN-882-42","price":129.95,"qty":2},{"sku":"SOX-001","price":9.5,"qty":1}]},"locale":"de-DE","consent":true}',
	],
	[
		'code',
		'export function priceUsage(price: ModelPrice, usage: Usage): Micro {\n\tconst { rates } = tierOf(price, usage.inputTokens);\n\treturn ceilDivide(exact, 1_000_000n) + price.perCallMicro;\n}\n',
	],
	[
		'numbers',
		'Invoice 2026-11-21: 1,249.00 EUR; phone +49 170 5551234; IBAN DE89 3704 0044 0532 0130 00; total 18,000,000,000 messages; 0.0007999999999999999',
	],
	[
		'addresses',
		'https://shop.example.com/products/running-shoes?utm_source=newsletter&utm_campaign=spring_2026&cid=8f14e45fceea167a5a36dedd4bea2543#reviews anna.mueller+shop@example.co.uk',
	],
	[
		'identifiers',
		'550e8400-e29b-41d4-a716-446655440000 6ba7b810-9dad-11d1-80b4-00c04fd430c8 eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0',
	],
	[
		'table',
		'| name  | city     | spend |\n|-------|----------|-------|\n| Anna  | Berlin   |   120 |\n| Bilal | Istanbul |    75 |\n\n\n    indented\n        twice\n',
	],
	['capitals', 'FREE DELIVERY UNTIL SUNDAY — ONLY FOR OUR MOST VALUED CUSTOMERS! TERMS AND CONDITIONS APPLY. UNSUBSCRIBE AT ANY TIME.'],
];
