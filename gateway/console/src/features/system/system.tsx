/** How the services are: what waits on the bus, which events and jobs need somebody. Renews itself. */
import { Badge, Group, Paper, SimpleGrid, Stack, Text, Title, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { api, data } from "@/shared/api/client";
import { useMay } from "@/shared/api/me";
import { useText } from "@/shared/i18n";
import { usePageTitle } from "@/shared/ui/page-title";
import { HeldEvents } from "./held-events";
import { Jobs } from "./jobs";
import { RENEWED_MS, SERVICES, type Service } from "./services";

export default function System() {
  const { text } = useText("system");
  const may = useMay();
  const navigate = useNavigate();
  const { hash } = useLocation();
  const service = SERVICES.find((name) => name === hash) ?? SERVICES[0];
  const title = text("system.title");
  usePageTitle(title);
  return (
    <Stack className="page">
      <Title order={1} size="h3">
        {title}
      </Title>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }}>
        {SERVICES.map((name) => (
          <ServiceCard
            key={name}
            service={name}
            chosen={name === service}
            onChoose={() => navigate({ to: ".", hash: name, replace: true })}
          />
        ))}
      </SimpleGrid>
      <HeldEvents service={service} />
      {may("jobs.read") && <Jobs service={service} />}
    </Stack>
  );
}

type CardProps = { service: Service; chosen: boolean; onChoose: () => void };

function ServiceCard({ service, chosen, onChoose }: CardProps) {
  const { text, number } = useText("system");
  const state = useQuery({
    queryKey: ["bus", service],
    queryFn: ({ signal }) => data(api.GET("/v1/bus/{service}", { params: { path: { service } }, signal })),
    refetchInterval: RENEWED_MS,
  });
  const { data: bus } = state;
  const health = state.isError ? "silent" : !bus ? "asked" : bus.incoming_dead ? "parked" : "well";
  return (
    <UnstyledButton onClick={onChoose} aria-pressed={chosen}>
      <Paper withBorder p="sm" bg={chosen ? "var(--mantine-color-default-hover)" : undefined} h="100%">
        <Group justify="space-between">
          <Text fw={600}>{text(`system.service.${service}`)}</Text>
          <Badge variant="light" tt="none" color={COLOURS[health]}>
            {text(`system.health.${health}`)}
          </Badge>
        </Group>
        <Text size="xs" c="dimmed" mih={34}>
          {bus &&
            text("system.outgoing", { count: bus.outgoing_waiting, seconds: number(bus.outgoing_oldest_seconds) })}
          <br />
          {bus && text("system.incoming", { count: bus.incoming_waiting, parked: bus.incoming_dead })}
        </Text>
      </Paper>
    </UnstyledButton>
  );
}

const COLOURS = { silent: "red", asked: "gray", parked: "orange", well: "teal" };
