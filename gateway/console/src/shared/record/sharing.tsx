/** Whom a record is shared with: a button that opens the dialog, and who is on the record's team. */
import { Button, Text } from "@mantine/core";
import { IconUserPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { call, type Told } from "@/shared/api/client";
import type { components } from "@/shared/api/schema";
import { useTitles } from "@/shared/fields/titles";
import { useText } from "@/shared/i18n";
import { accessKey } from "./access";

export type Share = Told<components["schemas"]["Share"]>;
export type Shares = Told<components["schemas"]["GetSharesResponse"]>;
export type SharingProps = { resource: string; id: string; title: string };

// Most pages are left again without it.
const SharingDialog = lazy(() => import("@/shared/dialogs/sharing/sharing-dialog"));

export const sharesOf = (resource: string, id: string) => ({
  queryKey: [...accessKey(resource, id), "shares"],
  queryFn: ({ signal }: { signal: AbortSignal }): Promise<Shares> =>
    call("GET", `/v1/${resource}/${id}/shares`, { signal }),
  staleTime: 60_000,
});

export function Sharing(props: SharingProps) {
  const { text } = useText();
  const [opened, setOpened] = useState(false);
  const shares = useQuery(sharesOf(props.resource, props.id)).data?.shares ?? [];
  return (
    <>
      <Team shares={shares} />
      <Button variant="default" leftSection={<IconUserPlus size={16} />} onClick={() => setOpened(true)}>
        {text("share.open")}
        {shares.length > 0 && ` (${shares.length})`}
      </Button>
      {opened && (
        <Suspense fallback={null}>
          <SharingDialog {...props} onClose={() => setOpened(false)} />
        </Suspense>
      )}
    </>
  );
}

function Team({ shares }: { shares: Share[] }) {
  const { text } = useText();
  const members = shares.filter(({ cause }) => cause === "MEMBER");
  const names = useTitles(
    "users",
    members.map(({ principal_id }) => principal_id),
  );
  if (members.length === 0) return null;
  const told = members.map(({ principal_id, role }) => `${names[principal_id] ?? text("share.somebody")} (${role})`);
  return (
    <Text size="sm" c="dimmed">
      {text("share.team", { members: told.join(", ") })}
    </Text>
  );
}
