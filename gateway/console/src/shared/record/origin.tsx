/** The name of a field, which says on hover or focus where its value comes from. */
import { Text, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, data, type Told } from "@/shared/api/client";
import { recordKey } from "@/shared/api/records";
import type { components } from "@/shared/api/schema";
import { useTitles } from "@/shared/fields/titles";
import { useText } from "@/shared/i18n";

type FieldOrigin = Told<components["schemas"]["FieldOrigin"]>;

/** Where the values of a record come from, read when somebody first asks. */
function useOrigins(resource: string, id: string, version: string, wanted: boolean) {
  return useQuery({
    queryKey: [...recordKey(resource, id), "origins", version],
    queryFn: ({ signal }) =>
      data(
        api.GET("/v1/{resource}/{id}:provenance", {
          params: { path: { resource, id }, query: { show_deleted: true } },
          signal,
        }),
      ),
    enabled: wanted,
  }).data?.origins;
}

type Props = { resource: string; id: string; version: string; name: string; title: string };

export function FieldTitle({ resource, id, version, name, title }: Props) {
  const { text } = useText();
  const [asked, setAsked] = useState(false);
  const origins = useOrigins(resource, id, version, asked);
  const origin = origins?.find(({ field }) => field === name);
  const ask = () => setAsked(true);
  return (
    <Tooltip
      label={origin ? <Origin origin={origin} /> : text(origins ? "record.origin_unknown" : "record.origin_asked")}
      events={{ hover: true, focus: true, touch: true }}
      position="top-start"
      multiline
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who works with the keys asks by the focus */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it only asks for what the tooltip says */}
      <span className="origin" tabIndex={0} onMouseEnter={ask} onFocus={ask} onTouchStart={ask}>
        {title}
      </span>
    </Tooltip>
  );
}

function Origin({ origin }: { origin: FieldOrigin }) {
  const { text, textOr, time } = useText();
  const people = useTitles("users", [origin.actor_id]);
  const who = people[origin.actor_id];
  return (
    <Text size="xs" component="span">
      {text("record.origin", {
        source: textOr(`record.source.${origin.source}`, origin.source),
        who: who ? ` · ${who}` : "",
        at: origin.at ? time(origin.at) : "",
      })}
    </Text>
  );
}
