/** Which address shows which page. Pages are loaded when they are first opened. */

import { Loader } from "@mantine/core";
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from "@tanstack/react-router";
import { useMay } from "@/shared/api/me";
import { useTextsSoon } from "@/shared/i18n";
import type { ListSearch } from "@/shared/list/list-page";
import { opening } from "@/shared/timing/timing";
import { NotAllowed } from "@/shared/ui/not-allowed";
import { Failed } from "@/shared/ui/problem";
import { pageFeatures } from "./features";
import { SignIn } from "./sign-in";

const text = (value: unknown): string | undefined => (typeof value === "string" && value ? value : undefined);

const root = createRootRoute({ component: Outlet });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  // Part of the first load: a session that ends has its page at once.
  component: SignIn,
  validateSearch: (search): { to?: string } => ({ to: text(search.to) }),
});

const firstRun = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  component: lazyRouteComponent(() => import("@/features/setup_first_run/first-run")),
});

const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  component: lazyRouteComponent(() => import("./shell"), "Shell"),
});

const home = createRoute({
  getParentRoute: () => shell,
  path: "/",
  component: lazyRouteComponent(() => import("@/features/home/home"), "Home"),
});

const list = createRoute({
  getParentRoute: () => shell,
  path: "/$resource",
  component: lazyRouteComponent(() => import("./resource-pages"), "ResourceList"),
  validateSearch: (search): ListSearch =>
    Object.fromEntries(Object.entries(search).map(([name, value]) => [name, text(value)])),
});

const record = createRoute({
  getParentRoute: () => shell,
  path: "/$resource/$id",
  component: lazyRouteComponent(() => import("./resource-pages"), "ResourceRecord"),
});

/** The page, or which permission is missing to whoever opens its address without it. */
function Guarded({ permission, page: Page, folder }: (typeof pageFeatures)[number]) {
  const may = useMay();
  useTextsSoon(folder);
  return permission && !may(permission) ? <NotAllowed permission={permission} /> : <Page />;
}

const pages = pageFeatures.map((feature) =>
  createRoute({ getParentRoute: () => shell, path: feature.path, component: () => <Guarded {...feature} /> }),
);

export const router = createRouter({
  routeTree: root.addChildren([signIn, firstRun, shell.addChildren([home, list, record, ...pages])]),
  basepath: "/app",
  defaultPreload: "intent",
  defaultPendingComponent: () => <Loader m="xl" />,
  defaultErrorComponent: ({ error, reset }) => <Failed error={error} retry={reset} />,
});

router.subscribe("onBeforeNavigate", ({ pathChanged }) => pathChanged && opening());

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
