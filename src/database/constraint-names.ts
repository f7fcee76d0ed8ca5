/** Created by migrations, declared by entities, and recognised when violated. */
export const CONSTRAINTS = {
  usersUsernameKey: 'uq_users_username_key',
  productsSku: 'uq_products_sku',
  ordersPlacementKey: 'uq_orders_customer_id_placement_key',
} as const;
