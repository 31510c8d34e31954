// Names for new sandboxes: an adjective and a noun, so that a list of paused ones can be told apart at a glance.

const ADJECTIVES =
  "amber brave calm clever cosmic crisp early fluent gentle golden hidden lively lucid mellow nimble polar quiet rapid silver sunny tidy vivid warm wild".split(
    " ",
  );
const NOUNS =
  "otter lantern harbor comet meadow falcon pebble willow canyon ember fjord glacier heron island juniper kettle lagoon maple nebula orchid prairie quartz river sparrow".split(
    " ",
  );

export function newName(): string {
  const pick = (words: string[]) => words[Math.floor(Math.random() * words.length)];
  return `Playground ${pick(ADJECTIVES)}-${pick(NOUNS)}`;
}
