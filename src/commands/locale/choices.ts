import type { Locale } from '../../core/locale.ts';

type Names = Readonly<Record<Exclude<Locale, 'en'>, string>>;

const names = (de: string, fr: string, es: string, ja: string, brazilian: string): Names => ({
  ...{ de, fr, es, ja },
  'pt-BR': brazilian,
});

/**
 * What can be chosen in an option, by its value, as people read it; what is typed stays the value. Names of formats are no words. To add a
 * choice that is one: a line here.
 */
const choiceNames: Readonly<Record<string, Names>> = {
  // Places, lists and books.
  here: names('hier', 'ici', 'aquí', 'ここ', 'aqui'),
  channel: names('Kanal', 'salon', 'canal', 'チャンネル', 'canal'),
  category: names('Kategorie', 'catégorie', 'categoría', 'カテゴリー', 'categoria'),
  server: names('Server', 'serveur', 'servidor', 'サーバー', 'servidor'),
  everywhere: names('überall', 'partout', 'en todas partes', 'どこでも', 'em todo lugar'),
  conversation: names('Gespräch', 'conversation', 'conversación', '会話', 'conversa'),
  persona: names('Persona', 'persona', 'persona', 'ペルソナ', 'persona'),
  world: names('Welt-Datei', 'fichier de monde', 'archivo de mundo', 'ワールドファイル', 'arquivo de mundo'),
  card: names('Charakterkarte', 'carte de personnage', 'ficha de personaje', 'キャラクターカード', 'ficha de personagem'),
  text: names('Text', 'texte', 'texto', 'テキスト', 'texto'),
  // Parts of a persona.
  character: names('Charakter', 'personnage', 'personaje', 'キャラクター', 'personagem'),
  speech: names('Sprechweise', 'façon de parler', 'forma de hablar', '話し方', 'jeito de falar'),
  prompt: names('Prompt', 'prompt', 'prompt', 'プロンプト', 'prompt'),
  about: names('Angaben', 'informations', 'datos', '情報', 'informações'),
  // Scenes and notes.
  natural: names('natürlich', 'naturel', 'natural', '自然に', 'natural'),
  list: names('der Reihe nach', 'à tour de rôle', 'por turnos', '順番に', 'em ordem'),
  manual: names('nur auf Wunsch', 'sur demande', 'solo a petición', '指名したときだけ', 'só a pedido'),
  swap: names('nur wer spricht', 'qui parle seulement', 'solo quien habla', '話す人だけ', 'só quem fala'),
  join: names('alle Anwesenden', 'toutes les présentes', 'todas las presentes', '参加者全員', 'todas as presentes'),
  'join-all': names(
    'alle, auch Stumme',
    'toutes, même muettes',
    'todas, también calladas',
    'ミュート中も含む全員',
    'todas, até as mudas',
  ),
  chat: names('im Gespräch', 'dans la conversation', 'en la conversación', '会話の中', 'na conversa'),
  scenario: names('beim Szenario', 'près du scénario', 'junto al escenario', 'シナリオのそば', 'junto ao cenário'),
  system: names('System', 'système', 'sistema', 'システム', 'sistema'),
  user: names('Nutzer', 'utilisateur', 'usuario', 'ユーザー', 'usuário'),
  assistant: names('Assistent', 'assistant', 'asistente', 'アシスタント', 'assistente'),
};

/** A choice in a language; undefined where it is no word. */
export const choiceIn = (locale: Exclude<Locale, 'en'>, value: string): string | undefined =>
  Object.hasOwn(choiceNames, value) ? choiceNames[value]?.[locale] : undefined;
