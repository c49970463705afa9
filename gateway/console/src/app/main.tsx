import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";
import "./console.css";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { setNonce } from "get-nonce";
import { StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { isProblem, NO_ANSWER } from "@/shared/api/problem";
import { accessToken } from "@/shared/api/session";
import { Localised, languageOf, messagesOf } from "@/shared/i18n";
import { router } from "./routes";
import { theme, variables } from "./theme";

/** Only what may pass by itself is asked again. */
const worthRepeating = (count: number, error: Error) =>
  count < 2 && isProblem(error) && (error.status === NO_ANSWER || error.status === 503);

const client = new QueryClient({
  defaultOptions: { queries: { retry: worthRepeating, staleTime: 5_000, refetchOnWindowFocus: true } },
});

const nonce = document.querySelector<HTMLMetaElement>("meta[name=nonce]")?.content ?? "";
// Dialogs keep the page from scrolling by a style sheet of their own.
setNonce(nonce);
const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const language = languageOf(...navigator.languages);

async function start(): Promise<void> {
  messagesOf(language);
  const { pathname, search } = location;
  if (!["/app/sign-in", "/app/setup"].includes(pathname)) {
    try {
      await accessToken();
    } catch (problem) {
      if (!isProblem(problem) || problem.status !== 401) throw problem;
      const to = pathname.replace(/^\/app/, "") + search;
      history.replaceState(null, "", `/app/sign-in${to.length > 1 ? `?to=${encodeURIComponent(to)}` : ""}`);
    }
  }
  createRoot(document.getElementById("root") as HTMLElement).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={variables}
        defaultColorScheme="auto"
        getStyleNonce={() => nonce}
      >
        <Suspense>
          <Localised language={language} timeZone={timeZone}>
            <QueryClientProvider client={client}>
              <RouterProvider router={router} />
            </QueryClientProvider>
          </Localised>
        </Suspense>
      </MantineProvider>
    </StrictMode>,
  );
}

start();
