/** The person's own: name, how the suite looks, how they prove who they are, where they are signed in. */
import { Paper, Stack, Tabs, Title } from "@mantine/core";
import { useLocation, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useMay } from "@/shared/api/me";
import { useText } from "@/shared/i18n";
import { usePageTitle } from "@/shared/ui/page-title";
import { ApiKeys } from "./api-keys";
import { Notifications } from "./notifications";
import { Password } from "./password";
import { Person } from "./person";
import { Choices } from "./preferences";
import { SecondFactor } from "./second-factor";
import { Sessions } from "./sessions";

export default function Profile() {
  const { text } = useText("profile");
  const may = useMay();
  const navigate = useNavigate();
  const { hash } = useLocation();
  const tabs = ["person", "security", ...(may("api_keys.read") ? ["keys"] : [])];
  const shown = tabs.includes(hash) ? hash : "person";
  const title = text("profile.title");
  usePageTitle(title);
  return (
    <Stack className="page" maw={880}>
      <Title order={1} size="h3">
        {title}
      </Title>
      <Tabs value={shown} onChange={(tab) => navigate({ to: ".", hash: tab ?? "", replace: true })} keepMounted={false}>
        <Tabs.List mb="md">
          {tabs.map((tab) => (
            <Tabs.Tab key={tab} value={tab}>
              {text(`profile.tab.${tab}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="person">
          <Stack>
            <Section title={text("profile.person")}>
              <Person />
            </Section>
            <Section title={text("profile.preferences")}>
              <Choices />
            </Section>
            <Section title={text("profile.notifications")}>
              <Notifications />
            </Section>
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="security">
          <Stack>
            <Section title={text("profile.password")}>
              <Password />
            </Section>
            <Section title={text("profile.second_factor")}>
              <SecondFactor />
            </Section>
            <Section title={text("profile.sessions")}>
              <Sessions />
            </Section>
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="keys">
          <Section title={text("profile.keys")}>
            <ApiKeys />
          </Section>
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Stack>
        <Title order={2} size="h5">
          {title}
        </Title>
        {children}
      </Stack>
    </Paper>
  );
}
