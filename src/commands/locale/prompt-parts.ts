import type { Locale } from '../../core/locale.ts';
import type { PromptPart } from '../../prompt/index.ts';
import type { ExplainedPart } from '../../turn/explain.ts';

type Names = Readonly<Record<Exclude<Locale, 'en'>, string>>;

const names = (de: string, fr: string, es: string, ja: string, brazilian: string): Names => ({
  ...{ de, fr, es, ja },
  'pt-BR': brazilian,
});

/** What the pieces of a prompt are called besides in English. */
const partNames: Readonly<Record<PromptPart['source'], Names>> = {
  layout: names('Gerüst', 'trame', 'estructura', '枠組み', 'estrutura'),
  turn: names('Beitrag', 'message', 'mensaje', '発言', 'mensagem'),
  'pinned turn': names('angehefteter Beitrag', 'message épinglé', 'mensaje fijado', '固定された発言', 'mensagem fixada'),
  'replied-to': names('beantwortete Nachricht', 'message cité', 'mensaje respondido', '返信先', 'mensagem respondida'),
  question: names('Frage', 'question', 'pregunta', '質問', 'pergunta'),
  opening: names('Beginn der Antwort', 'début de la réponse', 'comienzo de la respuesta', '返答の書き出し', 'começo da resposta'),
  'system prompt': names('Systemprompt', 'prompt système', 'prompt de sistema', 'システムプロンプト', 'prompt de sistema'),
  description: names('Beschreibung', 'description', 'descripción', '説明', 'descrição'),
  personality: names('Persönlichkeit', 'personnalité', 'personalidad', '性格', 'personalidade'),
  scenario: names('Szenario', 'scénario', 'escenario', 'シナリオ', 'cenário'),
  greeting: names('Begrüßung', 'accueil', 'saludo', 'あいさつ', 'saudação'),
  'example dialogue': names('Beispieldialog', 'dialogue d’exemple', 'diálogo de ejemplo', '会話例', 'diálogo de exemplo'),
  'conversation note': names(
    'Hinweis zum Gespräch',
    'note de conversation',
    'nota de conversación',
    '会話の注記',
    'nota da conversa',
  ),
  lore: names('Hintergrundwissen', 'savoir', 'trasfondo', '設定資料', 'conhecimento de fundo'),
  'scene member': names('Szenenmitglied', 'membre de la scène', 'miembro de la escena', 'シーンの参加者', 'membro da cena'),
  "human's persona": names('Persona des Menschen', 'persona humaine', 'persona humana', '人間のペルソナ', 'persona humana'),
  summary: names('Zusammenfassung', 'résumé', 'resumen', '要約', 'resumo'),
  recalled: names('Erinnertes', 'souvenir', 'recuerdo', '思い出した発言', 'lembrança'),
  "author's note": names('Autorennotiz', 'note d’auteur', 'nota de autor', '作者メモ', 'nota do autor'),
  'persona note': names('Notiz der Persona', 'note de la persona', 'nota de la persona', 'ペルソナのメモ', 'nota da persona'),
  'depth prompt': names(
    'Text in der Tiefe',
    'texte en profondeur',
    'texto en profundidad',
    '深さ指定の文',
    'texto em profundidade',
  ),
  'post-history instructions': names(
    'Anweisung nach dem Verlauf',
    'consigne après l’historique',
    'instrucción tras el historial',
    '履歴の後の指示',
    'instrução após o histórico',
  ),
  guidance: names('Wunsch', 'souhait', 'deseo', '要望', 'pedido'),
};

/** A piece of a prompt for people: `question of Ada`, or `Frage (Ada)`. */
export const partIn = (locale: Locale, { source, piece }: Pick<ExplainedPart, 'source' | 'piece'>): string => {
  if (locale === 'en' || piece === undefined) return source;
  const name = partNames[piece.kind][locale];
  if (piece.of !== undefined) return `${name} (${piece.of})`;
  return piece.label === undefined ? name : `${name} “${piece.label}”`;
};
