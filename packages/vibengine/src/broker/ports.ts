// comlink between two pages: an endpoint over a BroadcastChannel that only they know. Such a channel carries no ports, so a
// port that comlink wants to transfer (the other end of a callback) gets a number, and messages name the port they are for.
// Used by both ends, `host` and `client`.

interface WireValue {
  type?: string;
  name?: string;
  value?: unknown;
}

/** What of comlink's messages matters here. */
interface Message extends WireValue {
  id?: string;
  argumentList?: WireValue[];
}

/** What comlink sends when a callback is not needed any more. */
const RELEASE = "RELEASE";
/** The kernel itself; callbacks count from 1, or from -1 if it is the other side that hands them out. */
const MAIN = 0;

export class Wire {
  /** What comlink wraps, or exposes the kernel on. */
  readonly main: Port;
  readonly #channel: BroadcastChannel;
  readonly #step: 1 | -1;
  #lastNumber = MAIN;
  readonly #ports = new Map<number, Receiver>();
  #isOpen = true;

  /** `step`: 1 on one side, -1 on the other. */
  constructor(channel: BroadcastChannel, step: 1 | -1) {
    this.#channel = channel;
    this.#step = step;
    this.main = new Port((message) => this.#send(MAIN, this.#pack(message)));
    this.#ports.set(MAIN, { take: (message) => this.main.take(this.#unpack(message)), close: () => {} });
    channel.onmessage = ({ data }) => {
      if (!Array.isArray(data) || !isMessage(data[1])) return;
      this.#ports.get(data[0])?.take(data[1]);
    };
  }

  /** From now on nothing comes, what is sent goes nowhere, and every call of the other side's callbacks is answered `false`. */
  close(): void {
    this.#isOpen = false;
    this.#channel.close();
    for (const port of this.#ports.values()) port.close();
    this.#ports.clear();
  }

  #send(port: number, message: Message): void {
    if (this.#isOpen) this.#channel.postMessage([port, message]);
  }

  /** Only calls of the kernel hand callbacks over; what callbacks take and answer is data. */
  #pack(message: Message): Message {
    for (const wire of valuesOf(message)) if (wire.value instanceof MessagePort) wire.value = this.#lend(wire.value);
    return message;
  }

  /** Numbers a port of this side, and carries what passes through it. */
  #lend(port: MessagePort): number {
    const number = (this.#lastNumber += this.#step);
    let releaseId: string | undefined;
    const close = () => {
      this.#ports.delete(number);
      port.close();
    };
    port.onmessage = ({ data }) => {
      this.#send(number, data);
      if (data.id === releaseId) close();
    };
    const take = (message: Message) => {
      if (message.type === RELEASE) releaseId = message.id;
      port.postMessage(message);
    };
    this.#ports.set(number, { take, close });
    return number;
  }

  #unpack(message: Message): Message {
    for (const wire of valuesOf(message)) {
      if (wire.name !== "proxy" || typeof wire.value !== "number") continue;
      const number = wire.value;
      const callback = new Callback(
        (sent) => this.#send(number, sent),
        () => this.#ports.delete(number),
      );
      this.#ports.set(number, callback);
      wire.value = callback;
    }
    return message;
  }
}

/** Who is behind a number. */
interface Receiver {
  take(message: Message): void;
  close(): void;
}

/** An endpoint as comlink takes it. */
class Port extends EventTarget {
  protected readonly send: (message: Message) => void;

  constructor(send: (message: Message) => void) {
    super();
    this.send = send;
  }

  postMessage(message: Message): void {
    this.send(message);
  }

  take(message: Message): void {
    this.dispatchEvent(new MessageEvent("message", { data: message }));
  }
}

/** A callback of the other side. When that has gone, its calls are answered `false`: nobody wants more. */
class Callback extends Port implements Receiver {
  /** Calls without an answer, by id, with their type. */
  readonly #pending = new Map<string, string | undefined>();
  readonly #onReleased: () => void;
  #isClosed = false;

  constructor(send: (message: Message) => void, onReleased: () => void) {
    super(send);
    this.#onReleased = onReleased;
  }

  /** comlink starts the ports it was handed. */
  start(): void {}

  override postMessage(message: Message): void {
    const { id = "", type } = message;
    this.#pending.set(id, type);
    if (this.#isClosed) queueMicrotask(() => this.#refuse(id));
    else this.send(message);
  }

  override take(message: Message): void {
    const { id = "" } = message;
    if (this.#pending.get(id) === RELEASE) this.#onReleased();
    this.#pending.delete(id);
    super.take(message);
  }

  close(): void {
    this.#isClosed = true;
    for (const id of this.#pending.keys()) this.#refuse(id);
  }

  #refuse(id: string): void {
    this.take({ id, type: "RAW", value: false });
  }
}

/** Where in a message values stand that comlink may have made ports of. */
function valuesOf(message: Message): WireValue[] {
  return [message, ...(message.argumentList ?? [])];
}

/** Others may write to the channel, too; what is no message is ignored. */
function isMessage(data: unknown): data is Message {
  const { id, argumentList = [] } = (data ?? {}) as Message;
  return (
    typeof id === "string" && Array.isArray(argumentList) && argumentList.every((value) => value instanceof Object)
  );
}
