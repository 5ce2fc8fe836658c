/** Owns the words for one to twelve in the languages of the test corpus, folded, so that "three" counts for 3. */

/** Words by number. Feminine and neuter forms are listed where they differ. */
export const NUMBER_WORDS: Readonly<Record<number, readonly string[]>> = {
	1: 'one ein eine einen einem einer un une uno una um uma een jeden jedna jedno 一 一つ หนึ่ง واحد واحدة'.split(' '),
	2: 'two zwei deux dos due dois duas twee dwa dwie dwoje 二 两 二つ สอง اثنان اثنين'.split(' '),
	3: 'three drei trois tres tre drie trzy troje 三 三つ สาม ثلاثة ثلاث'.split(' '),
	4: 'four vier quatre cuatro quattro quatro cztery 四 四つ สี่ أربعة أربع'.split(' '),
	5: 'five funf cinq cinco cinque vijf piec 五 五つ ห้า خمسة خمس'.split(' '),
	6: 'six sechs seis sei zes szesc 六 六つ หก ستة ست'.split(' '),
	7: 'seven sieben sept siete sette sete zeven siedem 七 七つ เจ็ด سبعة سبع'.split(' '),
	8: 'eight acht huit ocho otto oito osiem 八 八つ แปด ثمانية ثماني'.split(' '),
	9: 'nine neun neuf nueve nove negen dziewiec 九 九つ เก้า تسعة تسع'.split(' '),
	10: 'ten zehn dix diez dieci dez tien dziesiec 十 十 สิบ عشرة عشر'.split(' '),
	11: 'eleven elf onze once undici jedenascie 十一'.split(' '),
	12: 'twelve zwolf douze doce dodici doze twaalf dwanascie 十二'.split(' '),
};
