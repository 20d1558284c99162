import type { Sentences } from '../core/sentence.ts';
import { germanFiles } from './de/files.ts';

export const german: Sentences = {
  unexpected: 'Bei mir ist etwas schiefgegangen. Wer mich betreibt, findet die Ursache im Protokoll.',
  shuttingDown: 'Ich werde gerade beendet. Frag mich bitte später noch einmal.',
  cancelled: 'Das wurde abgebrochen.',
  notPossibleHere: 'Das geht hier nicht.',

  queueUserOne: 'Eine deiner Nachrichten wartet noch auf Antwort. {again}',
  queueUserMany: '{count} deiner Nachrichten warten noch auf Antwort. {again}',
  queueHere: 'Hier warten gerade zu viele Nachrichten auf Antwort. {again}',
  queueEverywhere: 'Gerade warten zu viele Leute auf Antwort. {again}',
  againInAWhile: 'Bitte versuch es nach einer Weile noch einmal.',
  againInASecond: 'Bitte versuch es in etwa einer Sekunde noch einmal.',
  againInSeconds: 'Bitte versuch es in etwa {count} Sekunden noch einmal.',
  againInAMinute: 'Bitte versuch es in etwa einer Minute noch einmal.',
  againInMinutes: 'Bitte versuch es in etwa {count} Minuten noch einmal.',
  tooMuchSaid: 'Hier wird gerade zu viel auf einmal gesagt. Frag mich bitte gleich noch einmal.',
  placeNext: '⏳ Deine Antwort ist die nächste.',
  placeOne: '⏳ Vor deiner kommt noch eine Antwort.',
  placeMany: '⏳ Vor deiner kommen noch {count} Antworten.',

  optedOut:
    'Du hast mir verboten, mir zu merken und zu nutzen, was du sagst; deshalb kann ich nicht antworten. /privacy optin erlaubt es wieder.',
  quotaUser: 'Du hast alle {limit} Antworten bekommen, die es pro Stunde für dich gibt. {again}',
  quotaServer: 'Dieser Server hat alle {limit} Antworten bekommen, die es pro Stunde für ihn gibt. {again}',
  roomInAMinute: 'In einer Minute geht es weiter.',
  roomInMinutes: 'In {count} Minuten geht es weiter.',
  accessListFull: 'Die Liste ist voll: Sie fasst {max} Einträge. Entferne erst welche, oder trag stattdessen eine Rolle ein.',

  memoryUnreachable: 'Ich komme gerade nicht an mein Gedächtnis. Bitte versuch es gleich noch einmal.',
  conversationDamaged:
    'Was ich von diesem Gespräch behalten habe, lässt sich nicht lesen. Wer mich betreibt, findet die Ursache im Protokoll.',
  memoryTooSlow: 'Ich komme bei diesem Gespräch nicht hinterher. Bitte versuch es gleich noch einmal.',
  conversationUnknown: 'Ich kann nicht erkennen, welches Gespräch das ist.',
  settingsUnreachable: 'Ich komme gerade nicht an meine Einstellungen. Bitte versuch es in einer Minute noch einmal.',
  loreUnreachable: 'Ich komme gerade nicht an meine Lorebücher. Bitte versuch es in einer Minute noch einmal.',
  aboutYouUnreachable:
    'Ich komme gerade nicht an das, was du mir über dich erzählt hast. Bitte versuch es in einer Minute noch einmal.',
  aboutYouUnreadable:
    'Was du mir über dich erzählt hast, lässt sich nicht lesen. Wer mich betreibt, findet die Ursache im Protokoll.',
  aboutYouTooLong: 'Das ist zu lang. Ein Name hat höchstens {nameMax} Zeichen, eine Beschreibung {descriptionMax}.',
  aboutYouTooMany: 'Du hast schon {max} festgelegt. Lösch erst einen davon.',

  modelStopped: 'Mein Sprachmodell ist unerwartet abgebrochen. Es startet gerade neu; versuch es bitte gleich noch einmal.',
  modelStuck: 'Mein Sprachmodell hängt, deshalb starte ich es neu. Frag mich bitte gleich noch einmal.',
  modelSwitching: 'Ich bekomme gerade ein anderes Sprachmodell. Frag mich bitte gleich noch einmal.',
  modelRestarting:
    'Mein Sprachmodell ist mehrmals abgebrochen; in etwa {seconds} Sekunden starte ich es wieder. Frag mich bitte dann noch einmal.',
  modelUnloadable: 'Mein Sprachmodell ließ sich nicht laden. Wer mich betreibt, findet die Ursache im Protokoll.',
  modelNotLoaded: 'Mein Sprachmodell ist noch nicht geladen.',
  modelFailed: 'Daran ist mein Sprachmodell gescheitert. Bitte versuch es noch einmal.',
  tooLongToRead: 'Das ist mehr, als ich auf einmal lesen kann. Bitte fass dich kürzer.',
  noChatTemplate:
    'Mein Modell bringt keine eigene Chat-Vorlage mit. Wer mich betreibt, kann in der Konfiguration eine andere wählen.',
  chatTemplateUnknown: 'Eine solche Chat-Vorlage hat mein Modell nicht. Wer mich betreibt, findet im Protokoll, welche es gibt.',
  chatTemplateFailed:
    'Die Chat-Vorlage meines Modells ist nicht zu gebrauchen. Wer mich betreibt, findet die Ursache im Protokoll.',
  templateMistakes: 'In einer Promptvorlage sind Fehler. Wer mich betreibt, findet sie im Protokoll.',
  templatesUnreadable: 'Meine Promptvorlagen lassen sich nicht lesen. Wer mich betreibt, findet die Ursache im Protokoll.',
  configurationMistakes: 'In meiner Konfiguration sind Fehler. Wer mich betreibt, findet sie im Protokoll.',
  instructionsTooLong:
    'Meine Anweisungen sind zu lang für den Kontext dieses Modells, deshalb kann ich nicht antworten. Wer mich betreibt, findet im Protokoll, was zu ändern ist.',

  nothingToSay: 'Dazu ist mir nichts eingefallen. Frag mich bitte mit anderen Worten.',
  noSummary: 'Mir ist keine Zusammenfassung eingefallen. Bitte versuch es noch einmal.',
  nobodySpeaks: 'Hier spricht niemand ungefragt. /scene speak lässt jemanden von uns sprechen.',
  notRemembered: 'An diese Nachricht erinnere ich mich nicht.',
  questionForgotten: 'Ich weiß nicht mehr, worauf das die Antwort war.',
  answerUnknown: 'An eine solche Antwort hier erinnere ich mich nicht.',
  answerBeingWritten: 'Diese Antwort wird gerade geschrieben. Bitte versuch es, wenn sie fertig ist.',
  answerEmptied: 'Eine Antwort braucht etwas Text. Um sie verschwinden zu lassen, lösch ihre Nachricht.',
  branchNeedsPlace: 'Dort wurde schon etwas gesagt. Eine Abzweigung braucht einen eigenen Ort.',

  partCut: 'länger als der Platz, der dafür bleibt: {characters} Zeichen wurden aus der Mitte genommen',
  partPinned:
    'Angeheftetes nimmt höchstens {percent} % des Prompts ein und nichts vom Platz der Frage; was zuerst angeheftet wurde, fällt zuerst weg',
  partRecalled: 'die Frage braucht den Platz',
  partExample: 'der Kontext ist voll, und Beispiele fallen als Erste weg',
  partBeforeLayout: 'älter, als der Verlauf des Layouts reicht ({tokens} Tokens), oder der Kontext ist voll',
  partTooOld:
    'der Kontext ist voll: Die ältesten Beiträge fallen weg, so viele auf einmal, dass der Rest {percent} % ihres Platzes einnimmt',

  settingUnknown: 'Eine Einstellung mit diesem Namen gibt es nicht. /config show zählt alle auf.',
  settingUnknownNear: 'Eine Einstellung mit diesem Namen gibt es nicht. Meintest du {near}?',
  settingWrong: '{name} kann nicht {value} sein. Möglich ist: {expected}.',
  wholeFrom: 'eine ganze Zahl ab {least}',
  wholeBetween: 'eine ganze Zahl von {least} bis {most}',
  numberBetween: 'eine Zahl von {least} bis {most}',
  personaNameForm: 'der Name einer Datei in personas/, kleingeschrieben und ohne Endung',
  presetNameForm: '`auto`, `none` oder der Name einer Datei in config/models/, ohne Endung',
  templateForm: '`auto`, der Name einer Promptvorlage, `native:` mit einem Namen oder ein Pfad, der auf .jinja endet',
  timeZoneForm: 'der IANA-Name einer Zeitzone, etwa `Europe/Vienna`',
  listOfTexts: 'eine Liste von höchstens {max} Texten',
  listOfWords: 'eine Liste von höchstens {max} Wörtern',
  somethingElse: 'etwas anderes',

  idForm: 'Eine ID besteht nur aus Kleinbuchstaben, Ziffern, - und _, und zwar aus höchstens 64.',
  personaUnknown: 'Eine Persona mit diesem Namen kenne ich nicht.',
  personaNotYours: 'Diese Persona ist eine Datei derer, die mich betreiben; nur sie können sie ändern oder entfernen.',
  personaIsDefault: 'Diese Persona antwortet, wo keine gewählt wurde; deshalb muss sie bleiben.',
  personaNotRemoved: 'Unter diesem Namen gibt es nichts zurückzuholen, oder eine andere Persona trägt ihn inzwischen.',
  personaIdTaken: 'Es gibt schon eine andere Persona mit dieser ID; benenne die Datei um.',
  personaNameTaken: 'Es gibt zu viele Personas mit diesem Namen. Entferne erst welche.',
  personasFull: 'Es gibt schon {max} Personas. Entferne erst welche.',
  personaFolderFull: 'Mein Ordner für Personas ist voll. Entferne erst welche.',
  bookUnknown: 'Ein Lorebuch mit diesem Namen kenne ich nicht.',
  bookNotYours: 'Dieses Lorebuch ist eine Datei derer, die mich betreiben; nur sie können es entfernen.',
  bookNotRemoved: 'Unter diesem Namen gibt es nichts zurückzuholen, oder ein anderes Lorebuch trägt ihn inzwischen.',
  bookIdTaken: 'Es gibt schon ein anderes Lorebuch mit dieser ID. Wähle eine andere.',
  bookNameTaken: 'Es gibt schon ein anderes Lorebuch mit diesem Namen. Wähle einen anderen.',
  booksFull: 'Es gibt schon {max} Lorebücher. Entferne erst welche.',
  bookFolderFull: 'Mein Ordner für Lorebücher ist voll. Entferne erst welche.',
  booksAttachedFull: 'An einem Ort können höchstens {max} Lorebücher gelten. Nimm erst eines weg.',
  cardWithoutBook: 'In dieser Charakterkarte ist kein Lorebuch.',

  channelGone: 'Den Kanal gibt es nicht mehr.',
  mayNotWrite: 'Ich darf hier nicht schreiben.',
  notDelivered: 'Meine Antwort ließ sich nicht zustellen. Bitte frag nach einer Weile noch einmal.',
  notOnDiscord: 'Dieses Gespräch ist nicht auf Discord.',
  answerInFile: 'Meine Antwort ist zu lang für Nachrichten: Sie steht in der Datei.',
  noWebhooks:
    'Ich darf hier keine Webhooks benutzen, deshalb schreibe ich Namen vor die Antworten. Mit der Berechtigung „Webhooks verwalten“ spricht jeder von uns unter eigenem Namen.',
  threadName: 'Frage',

  ...germanFiles,
};
