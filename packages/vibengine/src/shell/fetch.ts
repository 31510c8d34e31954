// The network as the shell's tools see it: the browser's fetch, without credentials, and never to the page's own origin, which
// serves the application and may trust whoever runs there.

import { FetchFault, type FetchRequest, type FetchResponse } from "@vibengine/shell";

export async function fetchForTools(request: FetchRequest): Promise<FetchResponse> {
  const { url, method, headers, body, follow, signal } = request;
  refuseOwnOrigin(url);
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers,
      body,
      signal,
      redirect: follow ? "follow" : "manual",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      // A body that streams needs this, and is sent before the answer comes.
      ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
    } as RequestInit);
  } catch (error) {
    if (signal.aborted) throw error;
    throw new FetchFault("connect", error instanceof Error ? error.message : String(error));
  }
  // A page is not told where a redirect leads, nor which one it is.
  if (response.type === "opaqueredirect") return { url, status: 302, statusText: "Found", headers: [], body: null };
  try {
    refuseOwnOrigin(response.url);
  } catch (error) {
    await response.body?.cancel();
    throw error;
  }
  return {
    url: response.url,
    status: response.status,
    statusText: response.statusText,
    headers: [...response.headers],
    body: response.body,
  };
}

function refuseOwnOrigin(url: string): void {
  if (new URL(url).origin !== location.origin) return;
  throw new FetchFault("refused", `the page's own origin, ${location.origin}, is not to be reached from a sandbox`);
}
