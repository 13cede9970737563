/** The example that Zoo's documentation gives for the pre-pay model: the call's body, and its reply. */

export const DOCUMENTED_ORG_ID = '6075f6e9-c871-4f0f-930b-439bb777cd26';

/** Byte for byte what goes over the wire for the documented call. */
export const DOCUMENTED_BODY =
	'{"monthly_credits_remaining":"93.39","pre_pay_cash_remaining":"80.74","pre_pay_credits_remaining":"68.50"}';

/** The amounts in it differ from those in the documented body. */
export const DOCUMENTED_REPLY = `{
  "created_at": "2024-04-29T19:59:55.022Z",
  "id": "7e29ccf7-8b3c-47db-8a17-bb53528382f4",
  "map_id": "6075f6e9-c871-4f0f-930b-439bb777cd26",
  "modeling_app_enterprise_price": {
    "interval": "week",
    "price": "0.12",
    "type": "flat"
  },
  "monthly_credits_remaining": "18.60",
  "pre_pay_cash_remaining": "23.85",
  "pre_pay_credits_remaining": "21.32",
  "subscription_details": {
    "modeling_app": {
      "description": "IR",
      "features": [
        {
          "info": "u6VQcIj5M62B3TgU26aHfPiOeqWGU5MfIDLXo670NcOJZu92kUTE8xwdl0GjNgnMaFBDIZq"
        }
      ],
      "name": "team",
      "pay_as_you_go_credits": "42.82",
      "price": {
        "type": "enterprise"
      },
      "support_tier": "premium",
      "training_data_behavior": "always",
      "type": {
        "type": "individual"
      },
      "zoo_tools_included": [
        "text_to_cad"
      ]
    }
  },
  "subscription_id": "68pcvDwOmIcVzTBWydXSsm",
  "total_due": "23.99",
  "updated_at": "2024-04-29T19:59:55.022Z"
}`;
