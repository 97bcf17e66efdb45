-- Aspect types were kept before 0005 with names, types and units alone, and nothing tells them from
-- later ones: what any of them does not say is open until it is said anew.
UPDATE aspect_types SET variables = (
  SELECT json_group_array(json_set(value, '$.isEarly', json('true')))
  FROM (SELECT value FROM json_each(aspect_types.variables) ORDER BY key)
);
