"""A peer-to-peer chat: wire, net and db below; core and registry on them; ui in front."""
