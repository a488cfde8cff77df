//! A stack that has been created elsewhere, and the names of tables.

use std::collections::HashMap;

use serde::Deserialize;

use crate::policies::Policies;

/// A created stack's tables and policies, in the form that `tests/interop/rehearsal` writes.
#[derive(Debug, Clone, Deserialize)]
pub struct Deployment {
    /// The tables' names, by those of their resources in the template.
    pub tables: HashMap<String, String>,
    /// The statements of the functions' roles.
    pub policies: Policies,
}

/// Finds tables by the names of their resources in the template.
#[derive(Debug, Clone, Default)]
pub(crate) struct TableNames {
    /// The prefix of each name, for servers that share a database and not their tables.
    pub(crate) prefix: String,
    /// The names of tables that a stack has created.
    pub(crate) created: HashMap<String, String>,
}

impl TableNames {
    /// The name of a resource's table.
    pub(crate) fn own(&self, resource: &str) -> String {
        self.created.get(resource).cloned().unwrap_or_else(|| format!("{}{resource}", self.prefix))
    }

    /// The name of a table's resource.
    pub(crate) fn in_template<'a>(&'a self, table: &'a str) -> &'a str {
        let created =
            self.created.iter().find(|(_, own)| *own == table).map(|(resource, _)| resource.as_str());
        created.or_else(|| table.strip_prefix(&self.prefix)).unwrap_or(table)
    }
}
