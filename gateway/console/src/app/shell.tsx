/** The frame of every page: menu, search, the person. Nobody sees it without a session. */
import {
  ActionIcon,
  AppShell,
  Box,
  Burger,
  Button,
  Group,
  Kbd,
  Loader,
  NavLink,
  Text,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { spotlight } from "@mantine/spotlight";
import { IconHome, IconSearch, IconTable } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { useMay, useMe } from "@/shared/api/me";
import { schemeOf, usePreferences } from "@/shared/api/preferences";
import { onEnded } from "@/shared/api/session";
import { useSummaries } from "@/shared/describe";
import { FavouritesMenu } from "@/shared/favourites/menu";
import type { Icon, Group as MenuGroup } from "@/shared/feature";
import { draftsOf } from "@/shared/form/owner";
import { Localised, languageOf, useText } from "@/shared/i18n";
import { useLive } from "@/shared/live/use-live";
import { featureOf, pageFeatures } from "./features";
import { Spoken } from "./spoken";

/** The bell and the menu of the person, with what opens over a page. */
const Corner = lazy(() => import("./corner"));
const Keys = lazy(() => import("./keys"));
const Notifications = lazy(() => import("./notifications"));
const Palette = lazy(() => import("./palette"));

export function Shell() {
  return (
    <Suspense fallback={<Loader m="xl" />}>
      <Frame />
    </Suspense>
  );
}

function Frame() {
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const location = useLocation();
  const href = location.href;
  draftsOf(me.id, me.draft_key ?? "");

  useEffect(
    () =>
      onEnded(() => {
        client.clear();
        navigate({ to: "/sign-in", search: { to: href } });
      }),
    [client, navigate, href],
  );

  const language = languageOf(me.language, ...navigator.languages);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const effective = usePreferences()?.effective;
  const theme = effective?.theme;
  const { setColorScheme } = useMantineColorScheme();
  useEffect(() => {
    if (theme) setColorScheme(schemeOf(theme));
  }, [theme, setColorScheme]);
  const timeZone = me.time_zone || Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Localised language={language} timeZone={timeZone} dateFormat={effective?.date_format}>
      <Spoken>
        <Suspense>
          <Notifications position="bottom-center" />
        </Suspense>
        <Bars />
      </Spoken>
    </Localised>
  );
}

const GROUPS: MenuGroup[] = ["daily", "marketing", "service", "setup"];
type MenuEntry = { to: string; title: string; icon: Icon; group: MenuGroup; order: number; key?: string };

/** What this person finds in the menu: resources they may list and pages they may open. */
function useMenu(): MenuEntry[] {
  const { text, label } = useText();
  const may = useMay();
  const resources = useSummaries()
    .filter((summary) => summary.can_list && !featureOf(summary.plural)?.hidden)
    .map((summary): MenuEntry => {
      const { icon = IconTable, group = "setup" as MenuGroup, order = 100, key } = featureOf(summary.plural) ?? {};
      return { to: `/${summary.plural}`, title: label(summary.plural_label), icon, group, order, key };
    });
  const pages = pageFeatures
    .filter(({ permission, hidden }) => !hidden && (!permission || may(permission)))
    .map(({ path, title, ...entry }): MenuEntry => ({ ...entry, to: path, title: text(title) }));
  return [...resources, ...pages].sort((one, other) => one.order - other.order || one.title.localeCompare(other.title));
}

/** Whether the browser had nothing to do since the page was opened: then what may be wanted next is loaded. */
function useQuiet(): boolean {
  const [quiet, setQuiet] = useState(false);
  useEffect(() => {
    // Safari has no such call.
    const whenIdle = window.requestIdleCallback ?? setTimeout;
    whenIdle(() => setQuiet(true));
  }, []);
  return quiet;
}

function Bars() {
  useLive();
  const { text } = useText();
  const [opened, menu] = useDisclosure();
  const [keysShown, keys] = useDisclosure();
  const entries = useMenu();
  const { pathname } = useLocation();
  const quiet = useQuiet();
  useEffect(() => {
    if (quiet) import("@/shared/timing/collect").then(({ collect }) => collect()).catch(() => undefined);
  }, [quiet]);
  useHotkeys([["mod+K", spotlight.open]], []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu of a phone closes when another page opens
  useEffect(() => menu.close(), [pathname]);
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 216, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a className="skip" href="#main">
        {text("shell.skip")}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger
              className="burger"
              opened={opened}
              onClick={menu.toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={text("shell.menu")}
              aria-expanded={opened}
            />
            <Link to="/" className="brand">
              <img src="/app/icon.svg" alt="" width={26} height={26} />
              <Text fw={700}>CRM</Text>
            </Link>
          </Group>
          <Button
            variant="default"
            className="search"
            visibleFrom="sm"
            leftSection={<IconSearch size={16} />}
            rightSection={<Kbd>Ctrl K</Kbd>}
            onClick={spotlight.open}
          >
            {text("shell.search")}
          </Button>
          <Group gap={4} wrap="nowrap">
            <ActionIcon
              hiddenFrom="sm"
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={text("shell.search")}
              onClick={spotlight.open}
            >
              <IconSearch size={18} />
            </ActionIcon>
            {/* They take their place before they are there, and cannot be pressed until then. */}
            <Suspense fallback={<Box h={34} w={110} />}>
              {quiet ? <Corner onKeys={keys.open} /> : <Box h={34} w={110} />}
            </Suspense>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs">
        <nav className="menu" aria-label={text("shell.menu")}>
          <NavLink
            component={Link}
            to="/"
            label={text("shell.home")}
            leftSection={<IconHome size={18} stroke={1.5} />}
            active={pathname === "/"}
          />
          <FavouritesMenu iconOf={(resource) => featureOf(resource)?.icon} />
          {GROUPS.map((group) => {
            const shown = entries.filter((entry) => entry.group === group);
            return (
              shown.length > 0 && (
                <div key={group}>
                  <Text size="xs" c="dimmed" fw={600} px="sm" pt="md" pb={4}>
                    {text(`shell.group.${group}`)}
                  </Text>
                  {shown.map(({ to, title, icon: Icon }) => (
                    <NavLink
                      key={to}
                      component={Link}
                      // biome-ignore lint/suspicious/noExplicitAny: the menu follows from the contracts
                      to={to as any}
                      label={title}
                      leftSection={<Icon size={18} stroke={1.5} />}
                      active={pathname === to || pathname.startsWith(`${to}/`)}
                    />
                  ))}
                </div>
              )
            );
          })}
        </nav>
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <Outlet />
      </AppShell.Main>
      {quiet && (
        <Suspense>
          <Palette pages={entries} onKeys={keys.open} />
          <Keys pages={entries} opened={keysShown} onOpen={keys.open} onClose={keys.close} />
        </Suspense>
      )}
    </AppShell>
  );
}
