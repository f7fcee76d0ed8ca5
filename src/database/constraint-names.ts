/**
 * The names of the constraints that code refers to. Migrations create them under these names,
 * entities declare them, and a violation is recognised by them.
 */
export const CONSTRAINTS = {
  usersUsernameKey: 'uq_users_username_key',
  ordersPlacementKey: 'uq_orders_customer_id_placement_key',
} as const;
