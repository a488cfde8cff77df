//! A stack that has been created elsewhere, and the names of tables.

use std::collections::HashMap;

use serde::Deserialize;

use crate::policies::Policies;

/// What a created stack has, in the form that `tests/interop/rehearsal` writes.
#[derive(Debug, Clone, Deserialize)]
pub struct Deployment {
    /// The tables' names by those of their resources in the template.
    pub tables: HashMap<String, String>,
    /// What the functions' roles allow them.
    pub policies: Policies,
}

/// Finds tables by the names of their resources in the template.
#[derive(Debug, Clone, Default)]
pub(crate) struct TableNames {
    /// What names begin with, for servers that share a database and not their tables.
    pub(crate) prefix: String,
    /// The names of tables that a stack has created.
    pub(crate) created: HashMap<String, String>,
}

impl TableNames {
    /// The table's own name.
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
